using System.Runtime.CompilerServices;
using Batching.Rows;
using Batching.Rows.Inputs;

namespace Batching;

/// <summary>Divides a file into ranges that can be read by themselves, on several machines, say.</summary>
/// <remarks>
/// Where a row ends cannot be told from the middle of a csv file: a line feed may stand within quotes that were opened long
/// before. So a file of text is read once from its start; of a Parquet file the index is enough.
/// </remarks>
public static class RowRanges
{
    /// <summary>Finds ranges of about so many rows.</summary>
    /// <param name="path">The file. It can be sought in, and is not compressed.</param>
    /// <param name="rowsPerRange">How many rows a range has, at least 1; the last may have fewer, and a range of Parquet has whole row groups.</param>
    /// <param name="options">The format and the columns; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The ranges, in the order of the file; together they have all of its rows. None where it has no rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is less than a row in a range.</exception>
    /// <exception cref="RowsException">The file cannot be read or sought in, its format is not known, or a column is not there.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<IReadOnlyList<RowRange>> FindAsync(
        string path, long rowsPerRange, RowReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerRange, 1);
        options ??= new RowReaderOptions();
        RowFormat format = RowFormats.Of(path, options.Format, RowFormats.Inputs, RowFormat.Txt, nameof(RowReaderOptions.Format));
        var source = new InputSource(path);
        ThrowIfNotSeekable(source);
        long fileLength = new FileInfo(path).Length;
        if (format == RowFormat.Parquet)
        {
            return Merge(await ParquetRowReader.GroupsAsync(source, cancellationToken).ConfigureAwait(false), rowsPerRange, fileLength);
        }

        List<RowRange> ranges = [];
        IRowReader reader = RowReaders.Open(source, format, options.Columns);
        await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
        long start = 0;
        long position = 0;
        TextRow? first = null;
        bool endsBetweenRows = true;
        await foreach (TextRow row in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (first is not null && endsBetweenRows && row.Number - first.Number >= rowsPerRange)
            {
                ranges.Add(new RowRange(start, position, first.Number, first.Line, fileLength));
                (start, first) = (position, null);
            }

            first ??= row;
            position = row.Position;

            // What is too long is told before all of it was passed over.
            endsBetweenRows = row.Error is null || row.Content is not null;
        }

        if (first is not null)
        {
            ranges.Add(new RowRange(start, fileLength, first.Number, first.Line, fileLength));
        }

        return ranges;
    }

    /// <exception cref="RowsException">It is a pipe, or compressed.</exception>
    internal static void ThrowIfNotSeekable(InputSource source)
    {
        using Stream stream = source.OpenText();
        if (!stream.CanSeek || !source.CanBeReadAgain)
        {
            throw RowsException.Refused(
                $"{source.Name} cannot be read in ranges, because it is compressed or a pipe. Unpack it into a file.", setting: nameof(RowReaderOptions.Range));
        }
    }

    private static List<RowRange> Merge(IReadOnlyList<long> groupRows, long rowsPerRange, long fileLength)
    {
        List<RowRange> ranges = [];
        long firstRow = 1;
        long rows = 0;
        int start = 0;
        for (int group = 0; group < groupRows.Count; group++)
        {
            rows += groupRows[group];
            if (rows >= rowsPerRange || (group == groupRows.Count - 1 && rows > 0))
            {
                ranges.Add(new RowRange(start, group + 1, firstRow, FirstLine: 0, fileLength));
                (firstRow, rows, start) = (firstRow + rows, 0, group + 1);
            }
        }

        return ranges;
    }
}
