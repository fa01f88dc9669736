namespace Batching.Batches;

/// <summary>The shapes of batches that a graph takes.</summary>
/// <param name="Rows">The number of rows where it is fixed; null for any.</param>
/// <param name="Columns">The number of columns where it is fixed; null for any.</param>
/// <param name="ColumnsMultipleOf">What the number of columns has to be a multiple of, where it is not fixed.</param>
/// <param name="LeastRows">The fewest rows that are run, where their number is not fixed.</param>
/// <param name="EqualLengths">Whether rows run only with rows that have as many tokens, because padding changes what they get.</param>
internal sealed record BatchShape(int? Rows, int? Columns, int ColumnsMultipleOf, int LeastRows = 1, bool EqualLengths = false)
{
    /// <summary>Every shape.</summary>
    public static BatchShape Any { get; } = new(Rows: null, Columns: null, ColumnsMultipleOf: 1);

    /// <summary>How many rows are run for so many.</summary>
    public int RowsOf(int rows) => Rows ?? Math.Max(rows, LeastRows);

    /// <summary>How many columns are run for so many.</summary>
    public int ColumnsOf(int columns) =>
        Columns ?? checked((int)(((long)columns + ColumnsMultipleOf - 1) / ColumnsMultipleOf * ColumnsMultipleOf));
}
