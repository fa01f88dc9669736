namespace Batching;

/// <summary>How rows are filled up to a rectangle.</summary>
/// <remarks>Immutable and thread-safe. Mirrors the arguments of Hugging Face's <c>pad</c>.</remarks>
public sealed record PaddingOptions
{
    /// <summary>The default: to the longest row.</summary>
    public static PaddingOptions Default { get; } = new();

    /// <summary>To which length (<c>padding</c>).</summary>
    /// <value>Default: <see cref="PaddingStrategy.Longest"/>.</value>
    public PaddingStrategy Strategy { get; init; } = PaddingStrategy.Longest;

    /// <summary>The length for <see cref="PaddingStrategy.MaxLength"/> (<c>max_length</c>); other strategies ignore it.</summary>
    /// <value>Default: null. At least the length of the longest row.</value>
    public int? MaxLength { get; init; }

    /// <summary>The length is rounded up to a multiple of this (<c>pad_to_multiple_of</c>).</summary>
    /// <value>Default: 1. At least 1.</value>
    public int MultipleOf { get; init; } = 1;

    /// <summary>At which end (<c>padding_side</c>). The mask and the token types are laid out accordingly.</summary>
    /// <value>
    /// Default: null, which is <see cref="PaddingSide.Right"/> for a batch, and the tokenizer's
    /// <see cref="SequenceTokenizer.PaddingSide"/> for a classifier.
    /// </value>
    public PaddingSide? Side { get; init; }
}
