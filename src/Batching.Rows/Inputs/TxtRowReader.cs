using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>A text a line. The text is the column 'text'; an empty line is an empty text.</summary>
internal sealed class TxtRowReader(LineReader lines, ColumnChoice columns) : IRowReader
{
    // There is one column; whatever is asked for has to be it.
    private readonly int others = columns.In(lines.Name, ["text"]).Others.Count;

    public long? Length => lines.Length;

    public string? TextColumn => "text";

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Line line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return line.Error is { } error ? line.Failed(line.Number, error) : RowOf(line, line.Text);
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private TextRow RowOf(Line line, string text) => new()
    {
        Number = line.Number,
        Line = line.Number,
        Position = line.Position,
        Text = text,
        Kept = [.. Enumerable.Repeat(new KeptValue(text), others)],
    };
}
