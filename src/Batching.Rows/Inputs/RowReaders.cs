using Batching.Rows.Files;

namespace Batching.Rows.Inputs;

/// <summary>The reader for a format.</summary>
internal static class RowReaders
{
    /// <exception cref="RowsException">The input or a column of it is not there.</exception>
    public static IRowReader Open(InputSource source, RowFormat format, ColumnChoice columns) => format switch
    {
        not RowFormat.Parquet => Open(new LineReader(source), format, columns),
        _ when source.IsStandardInput => throw RowsException.Refused(
            "Parquet cannot be read from stdin, because its index is at its end. Give the file.", setting: nameof(RowClassificationOptions.Inputs)),
        _ when source.Given is null && Compressions.Of(source.Path) != Compression.None => throw RowsException.Refused(
            $"'{source.Path}' is Parquet within {Compressions.NameOf(Compressions.Of(source.Path))}, which cannot be read, because its index is at its end. Unpack it; Parquet has a compression of its own.",
            setting: nameof(RowClassificationOptions.Inputs)),
        _ => new ParquetRowReader(source, columns),
    };

    /// <summary>The reader of lines for a format that has them.</summary>
    public static IRowReader Open(LineReader lines, RowFormat format, ColumnChoice columns) => format switch
    {
        RowFormat.Txt => new TxtRowReader(lines, columns),
        RowFormat.Csv => new CsvRowReader(lines, columns),
        RowFormat.Tsv => new TsvRowReader(lines, columns),
        RowFormat.Jsonl => new JsonlRowReader(lines, columns),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The format has no lines."),
    };
}
