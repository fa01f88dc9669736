using System.Runtime.CompilerServices;
using System.Text;
using Sylvan.Data.Csv;

namespace Classify.Inputs;

/// <summary>A header and rows of fields between commas (RFC 4180). Blank lines are no rows.</summary>
internal sealed class CsvRowReader : IRowReader
{
    private const int LongestRow = 1 << 25;

    // What bytes that are no UTF-8 become: two noncharacters, which no text has beside each other.
    private const string NotUtf8 = "\uFFFF\uFFFE";

    private readonly InputSource source;
    private readonly ColumnChoice columns;
    private readonly StreamReader text;

    public CsvRowReader(InputSource source, ColumnChoice columns)
    {
        this.source = source;
        this.columns = columns;
        Stream stream = source.Open();
        Length = stream.CanSeek ? stream.Length : null;
        text = new StreamReader(
            stream,
            Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback(NotUtf8)),
            detectEncodingFromByteOrderMarks: false,
            bufferSize: 1 << 16);
    }

    public long? Length { get; }

    public async IAsyncEnumerable<InputRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Lax, because a strict reader cannot go on after a row that is wrong; IsWellFormed sees to strictness row by row.
        var options = new CsvDataReaderOptions
        {
            HasHeaders = false,
            CsvStyle = CsvStyle.Lax,
            Delimiter = ',',
            Comment = '\0',
            MaxBufferSize = LongestRow,
        };
        long row = 0;
        long line = 1;
        long position = 0;
        await using CsvDataReader reader = await ReadingAsync(CsvDataReader.CreateAsync(text, options, cancellationToken), row);
        if (!await ReadingAsync(reader.ReadAsync(cancellationToken), row))
        {
            throw CommandException.Usage($"{source.Name} is empty; its first line has to name the columns.");
        }

        string[] header = [.. Enumerable.Range(0, reader.RowFieldCount).Select(reader.GetString)];
        ColumnIndexes indexes = columns.In(source.Name, header);
        line += CountLines(reader.GetRawRecordSpan());
        position += Encoding.UTF8.GetByteCount(reader.GetRawRecordSpan());
        while (await ReadingAsync(reader.ReadAsync(cancellationToken), row))
        {
            int lines = CountLines(reader.GetRawRecordSpan());
            position += Encoding.UTF8.GetByteCount(reader.GetRawRecordSpan());
            if (reader.GetRawRecordSpan().ContainsAnyExcept('\r', '\n'))
            {
                yield return RowOf(reader, ++row, line, position, header.Length, indexes);
            }

            line += lines;
        }
    }

    public ValueTask DisposeAsync()
    {
        text.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string? ErrorOf(CsvDataReader reader, int width)
    {
        ReadOnlySpan<char> record = reader.GetRawRecordSpan();
        return record.Contains(NotUtf8, StringComparison.Ordinal) ? Line.NotUtf8
            : !IsWellFormed(record) ? "a quote in it is not closed, or something follows a closing quote"
            : reader.RowFieldCount != width ? $"it has {reader.RowFieldCount} fields, and the header has {width}"
            : null;
    }

    // Whether every quoted field ends with its quote. Quotes within an unquoted field are part of it.
    private static bool IsWellFormed(ReadOnlySpan<char> record)
    {
        int position = 0;
        while (position < record.Length)
        {
            if (record[position] == '"')
            {
                do
                {
                    int length = record[(position + 1)..].IndexOf('"');
                    if (length < 0)
                    {
                        return false;
                    }

                    position += length + 2;
                }
                while (position < record.Length && record[position] == '"');

                if (position < record.Length && record[position] is not (',' or '\r' or '\n'))
                {
                    return false;
                }
            }

            int next = record[position..].IndexOf(',');
            position = next < 0 ? record.Length : position + next + 1;
        }

        return true;
    }

    private static int CountLines(ReadOnlySpan<char> record)
    {
        int count = 0;
        for (int index = 0; index < record.Length; index++)
        {
            bool isCrOfCrLf = record[index] == '\r' && index + 1 < record.Length && record[index + 1] == '\n';
            count += record[index] is '\n' or '\r' && !isCrOfCrLf ? 1 : 0;
        }

        return count;
    }

    private static InputRow RowOf(CsvDataReader reader, long row, long line, long position, int width, ColumnIndexes indexes) =>
        ErrorOf(reader, width) is { } error
            ? new InputRow
            {
                Row = row,
                Line = line,
                Position = position,
                Error = error,
                Content = reader.GetRawRecordSpan().TrimEnd("\r\n").ToString().Replace(NotUtf8, "\uFFFD", StringComparison.Ordinal),
            }
            : new InputRow
            {
                Row = row,
                Line = line,
                Position = position,
                Text = reader.GetString(indexes.Text),
                Pair = indexes.Pair is { } pair ? reader.GetString(pair) : null,
                Others = [.. indexes.Others.Select(index => new KeptValue(reader.GetString(index)))],
            };

    private async Task<T> ReadingAsync<T>(Task<T> reading, long row)
    {
        try
        {
            return await reading;
        }
        catch (CsvFormatException exception)
        {
            throw CommandException.Failed(
                $"{source.Name}, after row {row}: the rest cannot be read: {exception.Message} Check that no quote is left open.", exception);
        }
    }
}
