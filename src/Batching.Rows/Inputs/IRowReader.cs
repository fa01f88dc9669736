namespace Classify.Inputs;

/// <summary>Reads the rows of an input of one format, one after another and in bounded memory.</summary>
internal interface IRowReader : IAsyncDisposable
{
    /// <summary>The end of <see cref="InputRow.Position"/>, or null where it is not known beforehand.</summary>
    long? Length { get; }

    /// <summary>The rows in their order, once. A row that cannot be read is a row with an error, and those after it follow.</summary>
    /// <exception cref="CommandException">The input cannot be read any further.</exception>
    IAsyncEnumerable<InputRow> ReadAsync(CancellationToken cancellationToken);
}
