using System.Text;

namespace Batching.Tokenization;

/// <summary>A <c>normalizer</c> of <c>tokenizer.json</c>.</summary>
internal abstract record NormalizerDefinition
{
    private NormalizerDefinition()
    {
    }

    /// <summary><c>BertNormalizer</c>.</summary>
    public sealed record Bert(NormalizerOptions Options) : NormalizerDefinition;

    /// <summary><c>NFC</c>, <c>NFD</c>, <c>NFKC</c> or <c>NFKD</c>.</summary>
    public sealed record Form(NormalizationForm Unicode) : NormalizerDefinition;

    /// <summary><c>Lowercase</c>.</summary>
    public sealed record Lowercase : NormalizerDefinition;

    /// <summary><c>StripAccents</c>: drops every mark.</summary>
    public sealed record StripAccents : NormalizerDefinition;

    /// <summary><c>Nmt</c>: SentencePiece's rules for control characters and spaces.</summary>
    public sealed record Nmt : NormalizerDefinition;

    /// <summary><c>Precompiled</c>: SentencePiece's own table.</summary>
    public sealed record Precompiled(Charsmap Map) : NormalizerDefinition;

    /// <summary><c>Replace</c>: a literal text.</summary>
    public sealed record Replace(string Pattern, string Content) : NormalizerDefinition;

    /// <summary><c>Replace</c> of runs of spaces: the regular expression <c> {n,}</c>.</summary>
    public sealed record ReplaceSpaces(int AtLeast, string Content) : NormalizerDefinition;

    /// <summary><c>Prepend</c>: before a text that is not empty.</summary>
    public sealed record Prepend(string Text) : NormalizerDefinition;

    /// <summary><c>Strip</c>: white space at the ends.</summary>
    public sealed record Strip(bool Left, bool Right) : NormalizerDefinition;

    /// <summary><c>Sequence</c>: one after the other; none of them a sequence itself.</summary>
    public sealed record Sequence(IReadOnlyList<NormalizerDefinition> Steps) : NormalizerDefinition;
}
