using Batching.Batches;

namespace Batching.Inference;

/// <summary>How a batch becomes batches that a graph runs on.</summary>
/// <param name="Shape">The shapes that the graph takes.</param>
/// <param name="EndTokenId">
/// The token whose last state the graph reads, or null. Such a graph gathers the states of all of a batch's end tokens into
/// a rectangle, so that the rows of a batch have to have the same number of them.
/// </param>
/// <param name="PadTokenId">What fills up rows.</param>
/// <param name="Side">The end at which rows are filled up to a fixed length.</param>
internal sealed record BatchParts(BatchShape Shape, int? EndTokenId, int PadTokenId, PaddingSide Side = PaddingSide.Right)
{
    /// <summary>Whether the graph runs on the batch as it is.</summary>
    public bool Fit(TokenBatch batch)
    {
        if (batch.Rows != Shape.RowsOf(batch.Rows) || batch.Columns != Shape.ColumnsOf(batch.Columns))
        {
            return false;
        }

        for (int row = 0; DropsPadding && row < batch.Rows; row++)
        {
            if (LengthOf(batch, row) < batch.Columns)
            {
                return false;
            }
        }

        if (EndTokenId is not null)
        {
            int first = EndTokensOf(batch, row: 0);
            for (int row = 1; row < batch.Rows; row++)
            {
                if (EndTokensOf(batch, row) != first)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The rows of the batches to run.</summary>
    public IEnumerable<int[]> Split(TokenBatch batch) => Enumerable.Range(0, batch.Rows)
        .GroupBy(row => (EndTokensOf(batch, row), DropsPadding ? LengthOf(batch, row) : 0))
        .SelectMany(rows => rows.Chunk(Shape.RowsOf(batch.Rows)));

    /// <summary>Some of a batch's rows as a batch that the graph runs on. The caller disposes of it.</summary>
    public TokenBatch Make(TokenBatch batch, int[] rows) => batch.Part(
        rows,
        DropsPadding ? batch.TokensOf : null,
        Shape.RowsOf(rows.Length),
        Shape.ColumnsOf(DropsPadding ? LengthOf(batch, rows[0]) : batch.Columns),
        PadTokenId,

        // What fills up to a multiple is the model's own doing in Hugging Face, which has it on the right.
        Shape.Columns is null ? PaddingSide.Right : Side);

    // To a fixed length every row is filled up in the same way.
    private bool DropsPadding => Shape.EqualLengths && Shape.Columns is null;

    /// <summary>The number of end tokens in a row; 0 where they do not matter.</summary>
    public int EndTokensOf(TokenBatch batch, int row) =>
        EndTokenId is { } end ? batch.InputIdsMemory.Span.Slice(row * batch.Columns, batch.Columns).Count(end) : 0;

    private static int LengthOf(TokenBatch batch, int row) => batch.TokensOf(row).GetOffsetAndLength(batch.Columns).Length;
}
