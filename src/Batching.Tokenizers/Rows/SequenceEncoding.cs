namespace Batching;

/// <summary>A text, or a pair of texts, as a row of ids: Hugging Face's <c>Encoding</c>.</summary>
/// <remarks>Immutable and thread-safe; it owns its memory.</remarks>
public sealed class SequenceEncoding
{
    private readonly int[] inputIds;
    private int[]? tokenTypeIds;

    /// <summary>Creates a row.</summary>
    /// <param name="inputIds">The ids of the tokens, which are copied.</param>
    /// <param name="tokenTypeIds">As long as <paramref name="inputIds"/>, or empty where every token type id is 0.</param>
    /// <param name="isTruncated">Whether tokens were cut off.</param>
    /// <exception cref="ArgumentException"><paramref name="tokenTypeIds"/> has another length.</exception>
    public SequenceEncoding(ReadOnlySpan<int> inputIds, ReadOnlySpan<int> tokenTypeIds = default, bool isTruncated = false)
    {
        if (!tokenTypeIds.IsEmpty && tokenTypeIds.Length != inputIds.Length)
        {
            throw new ArgumentException(
                $"There are {tokenTypeIds.Length} token type ids for {inputIds.Length} tokens. Give one for each, or none.", nameof(tokenTypeIds));
        }

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

    /// <summary><see cref="InputIds"/> without a copy.</summary>
    public ReadOnlySpan<int> InputIdsSpan => inputIds;

    /// <summary><see cref="TokenTypeIds"/> without a copy: as long as the row, or empty where every token type id is 0.</summary>
    public ReadOnlySpan<int> TokenTypeIdsSpan => tokenTypeIds;
}
