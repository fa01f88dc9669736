namespace Batching.Rows.Inputs;

/// <summary>The reader for a format.</summary>
internal static class RowReaders
{
    /// <exception cref="RowsException">The input or a column of it is not there.</exception>
    public static IRowReader Open(InputSource source, RowFormat format, ColumnChoice columns) => format switch
    {
        RowFormat.Txt => new TxtRowReader(new LineReader(source), columns),
        RowFormat.Csv => new CsvRowReader(new LineReader(source), columns),
        RowFormat.Tsv => new TsvRowReader(new LineReader(source), columns),
        RowFormat.Jsonl => new JsonlRowReader(new LineReader(source), columns),
        _ when source.IsStandardInput => throw RowsException.Refused(
            "Parquet cannot be read from stdin, because its index is at its end. Give the file.", setting: nameof(RowClassificationOptions.Input)),
        _ => new ParquetRowReader(source, columns),
    };
}
