using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>The rows of several files of one format, numbered through; each says its file and its number there.</summary>
internal sealed class FilesRowReader : IRowReader
{
    private readonly IReadOnlyList<InputSource> sources;
    private readonly RowFormat format;
    private readonly ColumnChoice columns;
    private readonly CancellationTokenSource closed = new();
    private IRowReader? current;

    private FilesRowReader(IReadOnlyList<InputSource> sources, RowFormat format, ColumnChoice columns, long? length)
    {
        this.sources = sources;
        this.format = format;
        this.columns = columns;
        Length = length;
    }

    public long? Length { get; }

    /// <summary>The column of the text in all of them; null where none has a row.</summary>
    public string? TextColumn => columns.Text;

    /// <summary>Opens each as far as its first row, so that a column that one of them lacks is found before the first is classified.</summary>
    /// <exception cref="RowsException">One cannot be read, or has not the columns.</exception>
    public static async Task<FilesRowReader> OpenAsync(
        IReadOnlyList<InputSource> sources, RowFormat format, ColumnChoice columns, CancellationToken cancellationToken)
    {
        long? length = 0;
        foreach (InputSource source in sources)
        {
            IRowReader reader = RowReaders.Open(source, format, columns);
            await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
            await foreach (TextRow row in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                _ = row;
                break;
            }

            // Which of the usual names is the text's is decided once: another column of a later file is no text of this run.
            columns = columns with { Text = columns.Text ?? reader.TextColumn };
            length += reader.Length;
        }

        return new FilesRowReader(sources, format, columns, length);
    }

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long rows = 0;
        long position = 0;
        foreach (InputSource source in sources)
        {
            closed.Token.ThrowIfCancellationRequested();
            IRowReader reader = RowReaders.Open(source, format, columns);
            current = reader;
            long inFile = 0;
            await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
            await foreach (TextRow row in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                inFile = row.Number;
                yield return row.InFile(source.Path, rows + row.Number, position + row.Position);
            }

            rows += inFile;
            position += reader.Length ?? 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closed.CancelAsync().ConfigureAwait(false);
        if (current is not null)
        {
            await current.DisposeAsync().ConfigureAwait(false);
        }
    }
}
