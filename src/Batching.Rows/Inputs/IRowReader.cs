namespace Batching.Rows.Inputs;

/// <summary>Reads the rows of an input of one format, one after another and in bounded memory.</summary>
internal interface IRowReader : IAsyncDisposable
{
    /// <summary>The end of <see cref="TextRow.Position"/>, or null where it is not known beforehand.</summary>
    long? Length { get; }

    /// <summary>The column of the text, once the first row was asked for; null where that is not known yet.</summary>
    string? TextColumn { get; }

    /// <summary>The rows in their order, once. A row that cannot be read is a row with an error, and those after it follow.</summary>
    /// <exception cref="RowsException">The input cannot be read any further.</exception>
    IAsyncEnumerable<TextRow> ReadAsync(CancellationToken cancellationToken);
}
