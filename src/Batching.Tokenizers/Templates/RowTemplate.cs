namespace Batching.ModelFiles;

/// <summary>Where the special tokens go around a text, and around a text and its pair.</summary>
internal sealed record RowTemplate(IReadOnlyList<TemplatePiece> Single, IReadOnlyList<TemplatePiece> Pair)
{
    /// <summary>How offsets leave out the spaces around a token; null where they do not.</summary>
    public OffsetTrimming? Trimming { get; init; }

    /// <summary><c>[CLS] A [SEP] B [SEP]</c>; the pair and what follows it are of type 1.</summary>
    public static RowTemplate Bert(int classifier, int separator) => new(
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0)],
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0), new(1, 0, 1), new(null, separator, 1)]);

    /// <summary><c>&lt;s> A &lt;/s>&lt;/s> B &lt;/s></c>, all of type 0.</summary>
    public static RowTemplate Roberta(int classifier, int separator) => new(
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0)],
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0), new(null, separator, 0), new(1, 0, 0), new(null, separator, 0)]);
}
