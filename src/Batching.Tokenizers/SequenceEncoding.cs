namespace Batching;

/// <summary>A text, or a pair of texts, as a row of ids: Hugging Face's <c>Encoding</c>.</summary>
/// <remarks>Immutable and thread-safe; it owns its memory.</remarks>
public sealed class SequenceEncoding
{
    private readonly int[] inputIds;
    private int[]? tokenTypeIds;

    internal SequenceEncoding(ReadOnlySpan<int> inputIds, ReadOnlySpan<int> tokenTypeIds, bool isTruncated)
    {
        this.inputIds = inputIds.ToArray();
        this.tokenTypeIds = tokenTypeIds.IsEmpty ? null : tokenTypeIds.ToArray();
        IsTruncated = isTruncated;
    }

    /// <summary>The ids of the tokens, <c>[columns]</c>.</summary>
    public IReadOnlyList<int> InputIds => inputIds;

    /// <summary>0 for every token of the text and 1 for every token of its pair, or as the tokenizer's template says, <c>[columns]</c>.</summary>
    public IReadOnlyList<int> TokenTypeIds => tokenTypeIds ??= new int[inputIds.Length];

    /// <summary>Whether tokens were cut off.</summary>
    public bool IsTruncated { get; }

    internal ReadOnlySpan<int> InputIdsSpan => inputIds;

    /// <summary>As long as the row, or empty where every token type id is 0.</summary>
    internal ReadOnlySpan<int> TokenTypeIdsSpan => tokenTypeIds;
}
