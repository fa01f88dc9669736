using System.Runtime.CompilerServices;
using Batching.Rows;
using Batching.Rows.Inputs;

namespace Batching;

/// <summary>Reads the rows of a file or a stream, one after another and in bounded memory.</summary>
/// <remarks>
/// Text is UTF-8. A row that cannot be read is a row with an <see cref="TextRow.Error"/>, and those after it follow; only what
/// cannot be read any further at all ends in an exception. Of a Parquet file a row group is in memory at a time, of the
/// others a line or record, which may have 64 MB. Not thread-safe: one reads at a time.
/// </remarks>
public sealed class RowReader : IAsyncDisposable
{
    private readonly string name;
    private readonly IRowReader reader;
    private readonly CancellationTokenSource stop = new();
    private IAsyncEnumerator<TextRow>? rows;
    private bool hasRow;

    private RowReader(string name, IRowReader reader)
    {
        this.name = name;
        this.reader = reader;
    }

    /// <summary>What messages call the input.</summary>
    public string Name => name;

    /// <summary>The end of <see cref="TextRow.Position"/>: the bytes of a file of lines, the rows of a Parquet file; null where it is not known beforehand.</summary>
    public long? Length => reader.Length;

    /// <summary>Opens a file and reads as far as its first row, so that a file or a column that is not there is found here.</summary>
    /// <param name="path">The file; <c>-</c> for stdin. A FIFO or a device is read once, as a stream.</param>
    /// <param name="options">The format and the columns; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RowsException">The file cannot be read, its format is not known, or a column is not there.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<RowReader> OpenAsync(string path, RowReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new RowReaderOptions();
        RowFormat format = RowFormats.Of(path, options.Format, RowFormats.Inputs, RowFormat.Txt, nameof(RowReaderOptions.Format));
        return options.Range is { } range
            ? OpenRangeAsync(new InputSource(path), format, options.Columns, range, cancellationToken)
            : OpenAsync(new InputSource(path), format, options.Columns, cancellationToken);
    }

    /// <summary>Begins to read a stream, as far as its first row.</summary>
    /// <param name="stream">The stream, from its current position; one of Parquet can be sought in. It is the reader's from here on, and closed with it.</param>
    /// <param name="format">The format.</param>
    /// <param name="options">The columns; null for the defaults. Its format is not looked at.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RowsException">The stream cannot be read, or a column is not there.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<RowReader> OpenAsync(
        Stream stream, RowFormat format, RowReaderOptions? options = null, string name = "the stream", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (options?.Range is not null)
        {
            throw new ArgumentException($"{nameof(RowReaderOptions.Range)} is for files; a stream is read from where it is. Open the file.", nameof(options));
        }

        return OpenAsync(new InputSource(name, stream), format, (options ?? new RowReaderOptions()).Columns, cancellationToken);
    }

    /// <summary>The rows that are still to be read, in their order.</summary>
    /// <param name="cancellationToken">Ends the reading; after that nothing more can be read.</param>
    /// <exception cref="RowsException">The input cannot be read any further.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration stopping = StopWith(cancellationToken);
        while (hasRow)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TextRow row = rows!.Current;
            yield return row;
            hasRow = await rows.MoveNextAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the input, also while somebody still waits for a row of it, as on a stdin that is silent.</summary>
    /// <remarks>The enumerator cannot be disposed of then, and need not be: it holds nothing that the reader does not close.</remarks>
    public ValueTask DisposeAsync() => reader.DisposeAsync();

    internal static Task<RowReader> OpenAsync(InputSource source, RowFormat format, ColumnChoice columns, CancellationToken cancellationToken) =>
        OpenAsync(source.Name, RowReaders.Open(source, format, columns), cancellationToken);

    /// <summary>Several files as one, where there are several.</summary>
    internal static async Task<RowReader> OpenAsync(
        IReadOnlyList<InputSource> sources, RowFormat format, ColumnChoice columns, CancellationToken cancellationToken) => sources.Count == 1
        ? await OpenAsync(sources[0], format, columns, cancellationToken).ConfigureAwait(false)
        : await OpenAsync(
            $"the {sources.Count} input files",
            await FilesRowReader.OpenAsync(sources, format, columns, cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    private static async Task<RowReader> OpenRangeAsync(
        InputSource source, RowFormat format, ColumnChoice columns, RowRange range, CancellationToken cancellationToken) => await OpenAsync(
            source.Name,
            await RangeRowReader.OpenAsync(source, format, columns, range, cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    private static async Task<RowReader> OpenAsync(string name, IRowReader reader, CancellationToken cancellationToken)
    {
        var opened = new RowReader(name, reader);
        try
        {
            using CancellationTokenRegistration stopping = opened.StopWith(cancellationToken);
            opened.rows = opened.reader.ReadAsync(opened.stop.Token).GetAsyncEnumerator(opened.stop.Token);
            opened.hasRow = await opened.rows.MoveNextAsync().ConfigureAwait(false);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private CancellationTokenRegistration StopWith(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), stop);
}
