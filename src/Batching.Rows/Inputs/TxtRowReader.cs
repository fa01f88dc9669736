using System.Runtime.CompilerServices;

namespace Classify.Inputs;

/// <summary>A text a line. The text is the column 'text'; an empty line is an empty text.</summary>
internal sealed class TxtRowReader(LineReader lines, ColumnChoice columns) : IRowReader
{
    // There is one column; whatever is asked for has to be it.
    private readonly int others = columns.In(lines.Name, ["text"]).Others.Count;

    public long? Length => lines.Length;

    public async IAsyncEnumerable<InputRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Line line in lines.ReadAsync(cancellationToken))
        {
            yield return line.Error is { } error ? line.Failed(line.Number, error) : RowOf(line, line.Text);
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private InputRow RowOf(Line line, string text) => new()
    {
        Row = line.Number,
        Line = line.Number,
        Position = line.Position,
        Text = text,
        Others = [.. Enumerable.Repeat(new KeptValue(text), others)],
    };
}
