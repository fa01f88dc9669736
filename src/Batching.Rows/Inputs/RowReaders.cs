namespace Classify.Inputs;

/// <summary>The reader for a format.</summary>
internal static class RowReaders
{
    /// <exception cref="CommandException">The input or a column of it is not there.</exception>
    public static IRowReader Open(InputSource source, FileFormat format, ColumnChoice columns) => format switch
    {
        FileFormat.Txt => new TxtRowReader(new LineReader(source), columns),
        FileFormat.Csv => new CsvRowReader(new LineReader(source), columns),
        FileFormat.Tsv => new TsvRowReader(new LineReader(source), columns),
        FileFormat.Jsonl => new JsonlRowReader(new LineReader(source), columns),
        _ when source.IsStandardInput => throw CommandException.Usage(
            "Parquet cannot be read from stdin, because its index is at its end. Give the file with --input."),
        _ => new ParquetRowReader(source, columns),
    };
}
