using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Batching.Rows.Inputs;

/// <summary>A JSON object a line; its properties are the columns. Blank lines are no rows.</summary>
internal sealed class JsonlRowReader(LineReader lines, ColumnChoice columns) : IRowReader
{
    private string? textName = columns.Text;

    public long? Length => lines.Length;

    public string? TextColumn => textName;

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long row = 0;
        await foreach (Line line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (line.Bytes.Span.ContainsAnyExcept(" \t"u8))
            {
                yield return RowOf(line, ++row);
            }
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private TextRow RowOf(Line line, long row)
    {
        if (line.Error is { } error)
        {
            return line.Failed(row, error);
        }

        try
        {
            using JsonDocument document = JsonTexts.ParseObject(line.Bytes);
            JsonElement root = document.RootElement;

            // The first row that has one of the usual names decides for all.
            textName ??= ColumnChoice.TextNames.FirstOrDefault(name => root.TryGetProperty(name, out _));
            return new TextRow
            {
                Number = row,
                Line = line.Number,
                Position = line.Position,
                Text = JsonTexts.Required(root, textName ?? ColumnChoice.TextNames[0]),
                Pair = columns.Pair is null ? null : JsonTexts.Required(root, columns.Pair),
                Kept = [.. columns.Others.Select(name => ValueOf(root, name))],
            };
        }
        catch (JsonException exception)
        {
            return line.Failed(row, JsonTexts.Reason(exception));
        }
    }

    private static KeptValue ValueOf(JsonElement root, string name) =>
        !root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? new KeptValue(null)
        : value.ValueKind == JsonValueKind.String ? new KeptValue(JsonTexts.StringOf(value, name))
        : new KeptValue(value.GetRawText(), IsJson: true);
}
