using System.Runtime.CompilerServices;

namespace Classify.Inputs;

/// <summary>A text a line. The text is the column 'text'; an empty line is an empty text.</summary>
internal sealed class TxtRowReader : IRowReader
{
    private readonly LineReader lines;
    private readonly int others;

    public TxtRowReader(InputSource source, ColumnChoice columns)
    {
        // There is one column; whatever is asked for has to be it.
        others = columns.In(source.Name, ["text"]).Others.Count;
        lines = new LineReader(source);
    }

    public long? Length => lines.Length;

    public async IAsyncEnumerable<InputRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Line line in lines.ReadAsync(cancellationToken))
        {
            yield return line.IsUtf8 ? RowOf(line, line.Text) : line.Failed(line.Number, Line.NotUtf8);
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
