namespace Batching;

/// <summary>How a text becomes a row of ids.</summary>
/// <remarks>Immutable and thread-safe. Mirrors the arguments of a Hugging Face tokenizer's call.</remarks>
public sealed record EncodingOptions
{
    /// <summary>The default: special tokens added, cut at the tokenizer's limit, on its side.</summary>
    public static EncodingOptions Default { get; } = new();

    /// <summary>Whether special tokens such as <c>[CLS]</c> and <c>[SEP]</c> are put around the text (<c>add_special_tokens</c>).</summary>
    /// <value>Default: true.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Which text is cut where the row is too long (<c>truncation</c>).</summary>
    /// <value>Default: <see cref="TruncationStrategy.LongestFirst"/>.</value>
    public TruncationStrategy Truncation { get; init; } = TruncationStrategy.LongestFirst;

    /// <summary>The end at which it is cut (<c>truncation_side</c>).</summary>
    /// <value>Default: null, the tokenizer's <see cref="SequenceTokenizer.TruncationSide"/>.</value>
    public TruncationSide? TruncationSide { get; init; }

    /// <summary>The most tokens in a row, special tokens counted (<c>max_length</c>).</summary>
    /// <value>Default: null, the tokenizer's <see cref="SequenceTokenizer.MaxLength"/>. At least the number of special tokens.</value>
    public int? MaxLength { get; init; }

    /// <summary>How many tokens of a text each window after the first repeats of the window before it (<c>stride</c>).</summary>
    /// <value>Default: 0. Less than the number of tokens of the text that fit into a window. Only windows use it.</value>
    public int Stride { get; init; }
}
