using Batching.Batches;
using Batching.Inference;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Which batches a graph runs as they are, and what becomes of the others: from lengths and ids alone, without a graph.</summary>
public sealed class BatchPartsTests
{
    private const int End = 9;

    private static readonly BatchShape Any = BatchShape.Any;

    [Fact]
    public void A_graph_of_any_shape_runs_every_batch_as_it_is()
    {
        using TokenBatch batch = Batch([1, 2, 3], [4]);
        Assert.True(new BatchParts(Any, EndTokenId: null, PadTokenId: 0).Fit(batch));
    }

    [Fact]
    public void A_fixed_number_of_rows_is_met_by_cutting_and_filling_up()
    {
        var parts = new BatchParts(Any with { Rows = 2 }, EndTokenId: null, PadTokenId: 0);
        using TokenBatch batch = Batch([1], [2], [3]);
        Assert.False(parts.Fit(batch));
        int[][] split = [.. parts.Split(batch)];
        Assert.Equal([[0, 1], [2]], split);
        using TokenBatch last = parts.Make(batch, split[1]);
        Assert.True(parts.Fit(last));
        Assert.Equal(2, last.Rows);
    }

    [Fact]
    public void A_multiple_of_columns_is_met_by_padding()
    {
        var parts = new BatchParts(Any with { ColumnsMultipleOf = 4 }, EndTokenId: null, PadTokenId: 0);
        using TokenBatch batch = Batch([1, 2, 3, 4, 5], [6]);
        Assert.False(parts.Fit(batch));
        using TokenBatch made = parts.Make(batch, [.. parts.Split(batch).Single()]);
        Assert.Equal((2, 8), (made.Rows, made.Columns));
        Assert.True(parts.Fit(made));
        Assert.Equal([1, 2, 3, 4, 5, 0, 0, 0], Ids(made, 0));
    }

    [Fact]
    public void Where_padding_changes_a_row_only_rows_of_one_length_run_together_and_unpadded()
    {
        var parts = new BatchParts(Any with { EqualLengths = true }, EndTokenId: null, PadTokenId: 0);
        using TokenBatch batch = Batch([1, 2, 3], [4], [5, 6, 7], [8]);
        Assert.False(parts.Fit(batch));
        int[][] split = [.. parts.Split(batch)];
        Assert.Equal([[0, 2], [1, 3]], split);
        using TokenBatch shortest = parts.Make(batch, split[1]);
        Assert.Equal((2, 1), (shortest.Rows, shortest.Columns));
        Assert.True(parts.Fit(shortest));
    }

    [Fact]
    public void Rows_run_together_only_with_rows_of_as_many_end_tokens()
    {
        var parts = new BatchParts(Any, End, PadTokenId: 0);
        using TokenBatch mixed = Batch([1, End], [End, 2, End], [3, End]);
        Assert.False(parts.Fit(mixed));
        Assert.Equal([[0, 2], [1]], parts.Split(mixed));
        Assert.Equal([1, 2, 1], Enumerable.Range(0, 3).Select(row => parts.EndTokensOf(mixed, row)));
        using TokenBatch same = parts.Make(mixed, [0, 2]);
        Assert.True(parts.Fit(same));
    }

    [Fact]
    public void Every_row_is_in_one_part_and_every_part_fits()
    {
        var random = new Random(5);
        for (int round = 0; round < 300; round++)
        {
            // A multiple is the model's own padding, which is no reason to run a row alone.
            bool equalLengths = random.Next(2) == 0;
            var shape = new BatchShape(
                random.Next(3) == 0 ? random.Next(1, 4) : null, random.Next(4) == 0 ? 12 : null, equalLengths ? 1 : random.Next(1, 4), random.Next(1, 3), equalLengths);
            var parts = new BatchParts(shape, random.Next(2) == 0 ? End : null, PadTokenId: 0, random.Next(2) == 0 ? PaddingSide.Left : PaddingSide.Right);
            using TokenBatch batch = Batch(
                [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(1, 11)).ToArray())]);
            int[][] split = parts.Fit(batch) ? [[.. Enumerable.Range(0, batch.Rows)]] : [.. parts.Split(batch)];
            Assert.Equal(Enumerable.Range(0, batch.Rows), split.SelectMany(rows => rows).Order());
            foreach (int[] rows in split)
            {
                using TokenBatch made = parts.Make(batch, rows);
                Assert.True(parts.Fit(made));
                for (int i = 0; i < rows.Length; i++)
                {
                    Assert.Equal(Tokens(batch, rows[i]), Tokens(made, i));
                }
            }
        }
    }

    private static TokenBatch Batch(params int[][] rows) => TokenBatch.Pad(rows, padTokenId: 0);

    private static long[] Ids(TokenBatch batch, int row) => batch.InputIdsMemory.Span.Slice(row * batch.Columns, batch.Columns).ToArray();

    private static long[] Tokens(TokenBatch batch, int row) => Ids(batch, row)[batch.TokensOf(row)];
}
