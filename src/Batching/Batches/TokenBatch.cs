using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Batching.Batches;

namespace Batching;

/// <summary>A rectangle of ids with the mask that tells tokens from padding: what a model runs on.</summary>
/// <remarks>
/// <para>
/// Owns its memory, one pooled array that was written once and that ONNX Runtime reads in place.
/// <see cref="Dispose"/> returns it to the pool, or has the last run that still reads it do so; the spans are not to be
/// used after that.
/// </para>
/// <para>Immutable: any number of threads may read it and run models on it.</para>
/// </remarks>
public sealed class TokenBatch : IDisposable
{
    private readonly SharedLifetime lifetime;
    private readonly long[] memory;

    private TokenBatch(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        memory = ArrayPool<long>.Shared.Rent(checked(rows * columns * 3));
        lifetime = new SharedLifetime(typeof(TokenBatch), () => ArrayPool<long>.Shared.Return(memory));
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns: the length that all rows were padded to.</summary>
    public int Columns { get; }

    /// <summary>The ids, filled up with the pad token's, <c>[rows, columns]</c>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlyTensorSpan<long> InputIds => AsTensor(InputIdsMemory);

    /// <summary>1 on tokens and 0 on padding, <c>[rows, columns]</c>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlyTensorSpan<long> AttentionMask => AsTensor(AttentionMaskMemory);

    /// <summary>The token type ids, 0 on padding, <c>[rows, columns]</c>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlyTensorSpan<long> TokenTypeIds => AsTensor(TokenTypeIdsMemory);

    internal Memory<long> InputIdsMemory => memory.AsMemory(0, Size);

    internal Memory<long> AttentionMaskMemory => memory.AsMemory(Size, Size);

    internal Memory<long> TokenTypeIdsMemory => memory.AsMemory(2 * Size, Size);

    private int Size => Rows * Columns;

    /// <summary>Makes a batch of rows of ids.</summary>
    /// <param name="rows">The rows, at least one.</param>
    /// <param name="padTokenId">What fills up the shorter rows: the tokenizer's <see cref="SequenceTokenizer.PadTokenId"/>.</param>
    /// <param name="options">To which length; null for <see cref="PaddingOptions.Default"/>.</param>
    /// <returns>The batch, which the caller disposes of.</returns>
    /// <exception cref="ArgumentException">
    /// There is no row, no token in any row, a row is longer than the length to pad to, or the rows have different lengths
    /// and are not to be padded.
    /// </exception>
    [OverloadResolutionPriority(1)] // for an empty list, [], which would fit the encodings as well
    public static TokenBatch Pad(IReadOnlyList<IReadOnlyList<int>> rows, int padTokenId, PaddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var tokenRows = new TokenRows();
        for (int row = 0; row < rows.Count; row++)
        {
            tokenRows.Add(rows[row] switch
            {
                null => throw new ArgumentException($"Row {row} is null. Give an empty row, or leave it out.", nameof(rows)),
                int[] array => array,
                List<int> list => CollectionsMarshal.AsSpan(list),
                var other => other.ToArray(),
            });
        }

        return Pad(tokenRows, padTokenId, options);
    }

    /// <summary>Makes a batch of rows as a tokenizer encoded them, such as the windows of a long text.</summary>
    /// <param name="encodings">The rows, at least one. Their token type ids go along.</param>
    /// <param name="padTokenId">What fills up the shorter rows: the tokenizer's <see cref="SequenceTokenizer.PadTokenId"/>.</param>
    /// <param name="options">To which length; null for <see cref="PaddingOptions.Default"/>.</param>
    /// <returns>The batch, which the caller disposes of.</returns>
    /// <exception cref="ArgumentException">
    /// There is no row, no token in any row, a row is longer than the length to pad to, or the rows have different lengths
    /// and are not to be padded.
    /// </exception>
    public static TokenBatch Pad(IReadOnlyList<SequenceEncoding> encodings, int padTokenId, PaddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        using var tokenRows = new TokenRows();
        for (int row = 0; row < encodings.Count; row++)
        {
            tokenRows.Add(encodings[row]
                ?? throw new ArgumentException($"Row {row} is null. Leave it out.", nameof(encodings)));
        }

        return Pad(tokenRows, padTokenId, options);
    }

    /// <summary>Makes a batch of rows of ids.</summary>
    /// <param name="rows">The rows, at least one. They are copied.</param>
    /// <param name="padTokenId">What fills up the shorter rows: the tokenizer's <see cref="SequenceTokenizer.PadTokenId"/>.</param>
    /// <param name="options">To which length; null for <see cref="PaddingOptions.Default"/>.</param>
    /// <returns>The batch, which the caller disposes of.</returns>
    /// <exception cref="ArgumentException">
    /// There is no row, no token in any row, a row is longer than the length to pad to, or the rows have different lengths
    /// and are not to be padded.
    /// </exception>
    public static TokenBatch Pad(TokenRows rows, int padTokenId, PaddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int[] all = new int[rows.Count];
        for (int row = 0; row < all.Length; row++)
        {
            all[row] = row;
        }

        return Pad(rows, all, padTokenId, options ?? PaddingOptions.Default);
    }

    /// <summary>Returns the memory to the pool, once no run reads it any more.</summary>
    public void Dispose() => lifetime.Dispose();

    /// <param name="rows">Where the rows are.</param>
    /// <param name="selected">Which of them, in which order.</param>
    /// <param name="padTokenId">What fills up the shorter rows.</param>
    /// <param name="options">To which length.</param>
    internal static TokenBatch Pad(TokenRows rows, ReadOnlySpan<int> selected, int padTokenId, PaddingOptions options)
    {
        int columns = ColumnsOf(rows, selected, options);
        if ((long)selected.Length * columns * 3 > Array.MaxLength)
        {
            throw new ArgumentException(
                $"A batch of {selected.Length} rows padded to {columns} columns is too large for one array. Split the rows into several batches.",
                nameof(rows));
        }

        var batch = new TokenBatch(selected.Length, columns);
        Span<long> inputIds = batch.InputIdsMemory.Span;
        Span<long> attentionMask = batch.AttentionMaskMemory.Span;
        Span<long> tokenTypeIds = batch.TokenTypeIdsMemory.Span;
        int position = 0;
        foreach (int row in selected)
        {
            ReadOnlySpan<int> ids = rows[row];
            int end = position + columns;
            int start = options.Side == PaddingSide.Left ? end - ids.Length : position;
            inputIds[position..end].Fill(padTokenId);
            attentionMask[position..end].Clear();
            tokenTypeIds[position..end].Clear();
            TensorPrimitives.ConvertChecked(ids, inputIds[start..end]);
            attentionMask.Slice(start, ids.Length).Fill(1);
            TensorPrimitives.ConvertChecked(rows.TokenTypeIdsOf(row), tokenTypeIds[start..end]);
            position = end;
        }

        return batch;
    }

    /// <summary>Makes a batch of tensors: of the ids, the mask (1 everywhere where it is empty) and the types (0 likewise).</summary>
    /// <exception cref="ArgumentException">A tensor is not of rank 2, has no element, or is not of the shape of the ids.</exception>
    internal static TokenBatch Copy(
        in ReadOnlyTensorSpan<long> inputIds, in ReadOnlyTensorSpan<long> attentionMask, in ReadOnlyTensorSpan<long> tokenTypeIds)
    {
        if (inputIds.Rank != 2)
        {
            string fix = inputIds.Rank == 1
                ? $"Add the batch dimension: inputIds.Reshape([1, {inputIds.FlattenedLength}]) makes a tensor a batch of one row, Tensor.Create(inputIds, [1, {inputIds.FlattenedLength}]) an array."
                : "Give one row of ids for each text.";
            throw new ArgumentException(
                $"The input ids have the shape {Shape(inputIds)}, of rank {inputIds.Rank}; a model takes [rows, columns], of rank 2. {fix}",
                nameof(inputIds));
        }

        if (inputIds.FlattenedLength == 0)
        {
            throw new ArgumentException(
                $"The input ids have the shape {Shape(inputIds)}, which holds no token. Give at least one row of at least one token.", nameof(inputIds));
        }

        CheckShape(attentionMask, inputIds, "attention mask", nameof(attentionMask));
        CheckShape(tokenTypeIds, inputIds, "token type ids", nameof(tokenTypeIds));
        var batch = new TokenBatch(checked((int)inputIds.Lengths[0]), checked((int)inputIds.Lengths[1]));
        inputIds.FlattenTo(batch.InputIdsMemory.Span);
        if (attentionMask.IsEmpty)
        {
            batch.AttentionMaskMemory.Span.Fill(1);
        }
        else
        {
            attentionMask.FlattenTo(batch.AttentionMaskMemory.Span);
        }

        if (tokenTypeIds.IsEmpty)
        {
            batch.TokenTypeIdsMemory.Span.Clear();
        }
        else
        {
            tokenTypeIds.FlattenTo(batch.TokenTypeIdsMemory.Span);
        }

        return batch;
    }

    /// <summary>Where a row's tokens are: from the first that the mask does not leave out to the last.</summary>
    internal Range TokensOf(int row)
    {
        ReadOnlySpan<long> mask = AttentionMaskMemory.Span.Slice(row * Columns, Columns);
        int first = mask.IndexOfAnyExcept(0);
        return first < 0 ? ..Columns : first..(mask.LastIndexOfAnyExcept(0) + 1);
    }

    /// <summary>Some of the rows as a batch of their own.</summary>
    /// <param name="selected">Which rows, at least one.</param>
    /// <param name="kept">Which of their columns, as many of each row; null for all.</param>
    /// <param name="rows">The number of rows; what is missing is copies of the last one, which bring nothing new into the batch.</param>
    /// <param name="columns">The number of columns, at least as many as are kept.</param>
    /// <param name="padTokenId">What fills up the rows.</param>
    /// <param name="side">The end at which they are filled up.</param>
    internal TokenBatch Part(
        ReadOnlySpan<int> selected, Func<int, Range>? kept, int rows, int columns, int padTokenId, PaddingSide side)
    {
        var part = new TokenBatch(rows, columns);
        for (int i = 0; i < rows; i++)
        {
            int row = selected[Math.Min(i, selected.Length - 1)];
            Range range = kept?.Invoke(row) ?? Range.All;
            CopyRow(InputIdsMemory.Span, part.InputIdsMemory.Span, padTokenId);
            CopyRow(AttentionMaskMemory.Span, part.AttentionMaskMemory.Span, padding: 0);
            CopyRow(TokenTypeIdsMemory.Span, part.TokenTypeIdsMemory.Span, padding: 0);

            void CopyRow(ReadOnlySpan<long> source, Span<long> destination, long padding)
            {
                ReadOnlySpan<long> tokens = source.Slice(row * Columns, Columns)[range];
                Span<long> target = destination.Slice(i * columns, columns);
                target.Fill(padding);
                tokens.CopyTo(side == PaddingSide.Left ? target[^tokens.Length..] : target);
            }
        }

        return part;
    }

    /// <summary>Keeps the memory until the lease is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    internal SharedLifetime.Lease Lease() => lifetime.Enter();

    private static int ColumnsOf(TokenRows rows, ReadOnlySpan<int> selected, PaddingOptions options)
    {
        if (selected.IsEmpty)
        {
            throw new ArgumentException("There is no row to make a batch of. Give at least one.", nameof(rows));
        }

        int longest = 0;
        int shortest = int.MaxValue;
        foreach (int row in selected)
        {
            int length = rows.LengthOf(row);
            longest = Math.Max(longest, length);
            shortest = Math.Min(shortest, length);
        }

        if (options.MultipleOf < 1)
        {
            throw new ArgumentException($"MultipleOf is {options.MultipleOf}; it has to be at least 1.", nameof(options));
        }

        if (options.Side is not (null or PaddingSide.Right or PaddingSide.Left))
        {
            throw new ArgumentException(
                $"Side is {options.Side}; it has to be {nameof(PaddingSide.Right)}, {nameof(PaddingSide.Left)}, or null.", nameof(options));
        }

        int columns = options.Strategy switch
        {
            PaddingStrategy.Longest => longest,
            PaddingStrategy.MaxLength when options.MaxLength is null =>
                throw new ArgumentException("Padding to MaxLength needs a MaxLength in the options.", nameof(options)),
            PaddingStrategy.MaxLength when options.MaxLength < longest =>
                throw new ArgumentException($"A row has {longest} tokens, more than the MaxLength of {options.MaxLength} to pad to. Truncate the rows, or raise MaxLength.", nameof(options)),
            PaddingStrategy.MaxLength => options.MaxLength.Value,
            PaddingStrategy.None when shortest < longest =>
                throw new ArgumentException($"The rows have from {shortest} to {longest} tokens, and a batch is a rectangle. Pad them with PaddingStrategy.Longest.", nameof(rows)),
            PaddingStrategy.None => longest,
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Strategy, "There is no such padding strategy."),
        };
        long multiple = ((long)columns + options.MultipleOf - 1) / options.MultipleOf * options.MultipleOf;
        return multiple > 0
            ? (int)Math.Min(multiple, int.MaxValue)
            : throw new ArgumentException("No row has a token, and a batch has at least one column. Encode the texts with special tokens.", nameof(rows));
    }

    private static void CheckShape(
        in ReadOnlyTensorSpan<long> tensor, in ReadOnlyTensorSpan<long> inputIds, string name, string parameterName)
    {
        if (!tensor.IsEmpty && !tensor.Lengths.SequenceEqual(inputIds.Lengths))
        {
            throw new ArgumentException(
                $"The {name} has the shape {Shape(tensor)} and the input ids {Shape(inputIds)}; both have to be the same. Make the mask of the rows that were padded, or leave it out.",
                parameterName);
        }
    }

    private static string Shape(in ReadOnlyTensorSpan<long> tensor)
    {
        var lengths = new string[tensor.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = $"{tensor.Lengths[axis]}";
        }

        return $"[{string.Join(", ", lengths)}]";
    }

    private ReadOnlyTensorSpan<long> AsTensor(Memory<long> section)
    {
        lifetime.ThrowIfDisposed();
        return new ReadOnlyTensorSpan<long>(section.Span, [Rows, Columns]);
    }
}
