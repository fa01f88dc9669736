using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>A header and rows of fields between commas (RFC 4180). Blank lines are no rows.</summary>
/// <remarks>
/// Every record is a row by itself, whatever is wrong with it: parsers made for tables cannot go on after a record that is too
/// long or wrongly quoted, and take lines that begin with some character for comments.
/// </remarks>
internal sealed class CsvRowReader(LineReader lines, ColumnChoice columns) : IRowReader
{
    private const string WronglyQuoted = "a quote in it is not closed, or something follows a closing quote";

    private readonly CsvRecordReader records = new(lines);

    public long? Length => records.Length;

    public string? TextColumn { get; private set; }

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ColumnIndexes? indexes = null;
        int width = 0;
        long row = 0;
        await foreach (Line record in records.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (record.Bytes.IsEmpty && !record.GoesOn)
            {
                continue;
            }

            if (indexes is not null)
            {
                yield return RowOf(record, ++row, width, indexes);
                continue;
            }

            List<string>? header = record.Error is { } error
                ? throw RowsException.Failed($"{records.Name}, line {record.Number}: {error}.")
                : FieldsOf(record.Text);
            indexes = header is null
                ? throw RowsException.Refused($"{records.Name}, line {record.Number}: the names of the columns cannot be read: {WronglyQuoted}.")
                : columns.In(records.Name, header);
            TextColumn = header[indexes.Text];
            width = header.Count;
        }

        if (indexes is null)
        {
            throw RowsException.Refused($"{records.Name} is empty; its first line has to name the columns.");
        }
    }

    public ValueTask DisposeAsync() => records.DisposeAsync();

    private static TextRow RowOf(Line record, long row, int width, ColumnIndexes indexes)
    {
        if (record.Error is { } error)
        {
            return record.Failed(row, error);
        }

        List<string>? fields = FieldsOf(record.Text);
        return fields is null ? record.Failed(row, WronglyQuoted)
            : fields.Count != width ? record.Failed(row, $"it has {fields.Count} fields, and the header has {width}")
            : new TextRow
            {
                Number = row,
                Line = record.Number,
                Position = record.Position,
                Text = fields[indexes.Text],
                Pair = indexes.Pair is { } pair ? fields[pair] : null,
                Kept = [.. indexes.Others.Select(index => new KeptValue(fields[index]))],
            };
    }

    // Null where a quoted field does not end with its quote. Quotes within an unquoted field are part of it.
    private static List<string>? FieldsOf(string record)
    {
        var fields = new List<string>();
        for (int position = 0; ; position++)
        {
            if (position < record.Length && record[position] == '"')
            {
                int end = EndOfQuoted(record, position);
                if (end < 0 || (end < record.Length && record[end] != ','))
                {
                    return null;
                }

                fields.Add(record[(position + 1)..(end - 1)].Replace("\"\"", "\"", StringComparison.Ordinal));
                position = end;
            }
            else
            {
                int end = record.IndexOf(',', position);
                end = end < 0 ? record.Length : end;
                fields.Add(record[position..end]);
                position = end;
            }

            if (position == record.Length)
            {
                return fields;
            }
        }
    }

    // Behind the closing quote; -1 where there is none.
    private static int EndOfQuoted(string record, int quote)
    {
        int end = quote;
        do
        {
            int next = record.IndexOf('"', end + 1);
            if (next < 0)
            {
                return -1;
            }

            end = next + 1;
        }
        while (end < record.Length && record[end] == '"');

        return end;
    }
}
