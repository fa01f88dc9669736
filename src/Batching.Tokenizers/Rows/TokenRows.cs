using Batching.Tokenization;

namespace Batching;

/// <summary>Rows of ids of any lengths, one after the other in one pooled buffer: what a tokenizer writes and a batch is made from.</summary>
/// <remarks>
/// Owns its memory, which <see cref="Dispose"/> returns to the pool; spans taken from it are not to be used after that,
/// nor after another row is added. Not thread-safe while rows are added; afterwards any number of threads may read.
/// </remarks>
public sealed class TokenRows : IDisposable
{
    private readonly IdBuffer inputIds = new();
    private readonly IdBuffer tokenTypeIds = new();
    private readonly IdBuffer ends = new();

    // Rows that were cut, in the order of their indices.
    private readonly IdBuffer truncated = new();
    private bool isDisposed;

    /// <summary>The number of rows.</summary>
    public int Count => ends.Count;

    /// <summary>The number of tokens of all rows, special tokens counted.</summary>
    public int TokenCount => inputIds.Count;

    /// <summary>The ids of a row, <c>[columns]</c>.</summary>
    /// <param name="row">The row, from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<int> this[int row]
    {
        get
        {
            int start = StartOf(row);
            return inputIds.Span[start..ends.Span[row]];
        }
    }

    /// <summary>The number of tokens of a row.</summary>
    /// <param name="row">The row, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The length, special tokens counted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public int LengthOf(int row)
    {
        int start = StartOf(row);
        return ends.Span[row] - start;
    }

    /// <summary>The token type ids of a row.</summary>
    /// <param name="row">The row, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>As long as the row; empty where every token type id of all rows is 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<int> TokenTypeIdsOf(int row)
    {
        int start = StartOf(row);
        return tokenTypeIds.Count == 0 ? [] : tokenTypeIds.Span[start..ends.Span[row]];
    }

    /// <summary>Whether tokens of a row were cut off.</summary>
    /// <param name="row">The row, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>True if the text was longer than the limit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool IsTruncated(int row)
    {
        _ = StartOf(row);
        return truncated.Span.BinarySearch(row) >= 0;
    }

    /// <summary>Adds a row of ids whose token type ids are all 0.</summary>
    /// <param name="ids">The ids, which are copied.</param>
    /// <exception cref="ObjectDisposedException">The rows were disposed.</exception>
    public void Add(ReadOnlySpan<int> ids)
    {
        Append(ids, tokenTypeId: 0);
        EndRow(isTruncated: false);
    }

    /// <summary>Adds a row as a tokenizer encoded it, with its token type ids.</summary>
    /// <param name="encoding">The row, which is copied.</param>
    /// <exception cref="ObjectDisposedException">The rows were disposed.</exception>
    public void Add(SequenceEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        Add(encoding.InputIdsSpan, encoding.TokenTypeIdsSpan, encoding.IsTruncated);
    }

    /// <summary>Adds a row of ids with their token type ids.</summary>
    /// <param name="ids">The ids, which are copied.</param>
    /// <param name="tokenTypeIds">As long as <paramref name="ids"/>, or empty where all are 0.</param>
    /// <param name="isTruncated">Whether tokens were cut off.</param>
    /// <exception cref="ArgumentException"><paramref name="tokenTypeIds"/> has another length.</exception>
    /// <exception cref="ObjectDisposedException">The rows were disposed.</exception>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<int> tokenTypeIds, bool isTruncated = false)
    {
        if (!tokenTypeIds.IsEmpty && tokenTypeIds.Length != ids.Length)
        {
            throw new ArgumentException(
                $"There are {tokenTypeIds.Length} token type ids for {ids.Length} ids. Give one for each, or none.", nameof(tokenTypeIds));
        }

        while (!tokenTypeIds.IsEmpty)
        {
            int end = tokenTypeIds.IndexOfAnyExcept(tokenTypeIds[0]);
            int length = end < 0 ? tokenTypeIds.Length : end;
            Append(ids[..length], tokenTypeIds[0]);
            ids = ids[length..];
            tokenTypeIds = tokenTypeIds[length..];
        }

        Append(ids, tokenTypeId: 0);
        EndRow(isTruncated);
    }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        isDisposed = true;
        inputIds.Dispose();
        tokenTypeIds.Dispose();
        ends.Dispose();
        truncated.Dispose();
    }

    /// <summary>Appends tokens to the row in the making.</summary>
    internal void Append(ReadOnlySpan<int> ids, int tokenTypeId)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);

        // Most rows have one type: it is written only from the first token on that has another.
        if (tokenTypeId != 0 && tokenTypeIds.Count == 0)
        {
            tokenTypeIds.AddRepeated(0, inputIds.Count);
        }

        if (tokenTypeId != 0 || tokenTypeIds.Count > 0)
        {
            tokenTypeIds.AddRepeated(tokenTypeId, ids.Length);
        }

        inputIds.AddRange(ids);
    }

    internal void EndRow(bool isTruncated)
    {
        if (isTruncated)
        {
            truncated.Add(Count);
        }

        ends.Add(inputIds.Count);
    }

    /// <summary>Takes all rows out. The memory stays for the next ones.</summary>
    /// <exception cref="ObjectDisposedException">The rows were disposed.</exception>
    public void Clear()
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        inputIds.Clear();
        tokenTypeIds.Clear();
        ends.Clear();
        truncated.Clear();
    }

    private int StartOf(int row)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if ((uint)row >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"There are {Count} rows, numbered from 0.");
        }

        return row == 0 ? 0 : ends.Span[row - 1];
    }
}
