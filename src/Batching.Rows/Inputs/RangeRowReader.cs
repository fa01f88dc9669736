using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>The rows of a range of a file of text, with the numbers, lines and positions that they have in the file.</summary>
internal sealed class RangeRowReader : IRowReader
{
    private readonly RowRange range;
    private readonly IRowReader reader;
    private readonly long headerLength;

    private RangeRowReader(RowRange range, IRowReader reader, long headerLength)
    {
        this.range = range;
        this.reader = reader;
        this.headerLength = headerLength;
    }

    public long? Length => range.End;

    public string? TextColumn => reader.TextColumn;

    /// <exception cref="RowsException">The file cannot be sought in, or is not the one of the range.</exception>
    public static async Task<IRowReader> OpenAsync(
        InputSource source, RowFormat format, ColumnChoice columns, RowRange range, CancellationToken cancellationToken)
    {
        RowRanges.ThrowIfNotSeekable(source);
        long length = new FileInfo(source.Path).Length;
        if (length != range.FileLength)
        {
            throw RowsException.Refused(
                $"'{source.Path}' has {length} bytes, and the range is of a file of {range.FileLength}. Find the ranges of the file again.", setting: nameof(RowReaderOptions.Range));
        }

        if (format == RowFormat.Parquet)
        {
            return new ParquetRowReader(source, columns, range);
        }

        columns = columns with { Text = columns.Text ?? await TextColumnAsync(source, format, columns, cancellationToken).ConfigureAwait(false) };
        long header = range.Start == 0 ? 0 : await HeaderLengthAsync(source, format, cancellationToken).ConfigureAwait(false);
        var part = new FileRangeStream(source.Open(), header, range.Start, range.End);
        var lines = new LineReader(source, part, mayHaveMark: range.Start == 0 || header > 0);
        return new RangeRowReader(range, RowReaders.Open(lines, format, columns), header);
    }

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? linesBefore = null;
        await foreach (TextRow row in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            linesBefore ??= range.FirstLine - row.Line;
            yield return row.Moved(range.FirstRow - 1, linesBefore.Value, range.Start - headerLength);
        }
    }

    public ValueTask DisposeAsync() => reader.DisposeAsync();

    // Which of the usual names is the text's is decided by the whole file.
    private static async Task<string?> TextColumnAsync(InputSource source, RowFormat format, ColumnChoice columns, CancellationToken cancellationToken)
    {
        IRowReader whole = RowReaders.Open(source, format, columns);
        await using ConfiguredAsyncDisposable closing = whole.ConfigureAwait(false);
        await foreach (TextRow row in whole.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (row.Error is null)
            {
                break;
            }
        }

        return whole.TextColumn;
    }

    private static async Task<long> HeaderLengthAsync(InputSource source, RowFormat format, CancellationToken cancellationToken)
    {
        if (format is not (RowFormat.Csv or RowFormat.Tsv))
        {
            return 0;
        }

        var lines = new LineReader(source);
        await using ConfiguredAsyncDisposable closing = lines.ConfigureAwait(false);
        IAsyncEnumerable<Line> records = format == RowFormat.Csv ? new CsvRecordReader(lines).ReadAsync(cancellationToken) : lines.ReadAsync(cancellationToken);
        await foreach (Line record in records.ConfigureAwait(false))
        {
            if (!record.Bytes.IsEmpty)
            {
                return record.Position;
            }
        }

        return 0;
    }
}
