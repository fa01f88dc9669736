using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>A header and rows of fields between tabs. Quotes are ordinary characters; blank lines are no rows.</summary>
internal sealed class TsvRowReader(LineReader lines, ColumnChoice columns) : IRowReader
{
    public long? Length => lines.Length;

    public string? TextColumn { get; private set; }

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ColumnIndexes? indexes = null;
        int width = 0;
        long row = 0;
        await foreach (Line line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (line.Bytes.IsEmpty)
            {
                continue;
            }

            if (indexes is not null)
            {
                yield return RowOf(line, ++row, width, indexes);
                continue;
            }

            string[] header = line.Error is { } error
                ? throw RowsException.Failed($"{lines.Name}, line {line.Number}: {error}.")
                : line.Text.Split('\t');
            indexes = columns.In(lines.Name, header);
            TextColumn = header[indexes.Text];
            width = header.Length;
        }

        if (indexes is null)
        {
            throw RowsException.Refused($"{lines.Name} is empty; its first line has to name the columns.");
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private static TextRow RowOf(Line line, long row, int width, ColumnIndexes indexes)
    {
        if (line.Error is { } error)
        {
            return line.Failed(row, error);
        }

        string[] fields = line.Text.Split('\t');
        return fields.Length != width
            ? line.Failed(row, $"it has {fields.Length} fields, and the header has {width}")
            : new TextRow
            {
                Number = row,
                Line = line.Number,
                Position = line.Position,
                Text = fields[indexes.Text],
                Pair = indexes.Pair is { } pair ? fields[pair] : null,
                Kept = [.. indexes.Others.Select(index => new KeptValue(fields[index]))],
            };
    }
}
