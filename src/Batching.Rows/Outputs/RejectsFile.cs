using System.Text.Json;

namespace Batching.Rows.Outputs;

/// <summary>The rows that could not be read, a JSON object each: <c>row</c>, <c>line</c>, <c>error</c>, <c>content</c>.</summary>
/// <param name="file">Where they go.</param>
internal sealed class RejectsFile(OutputFile file) : IDisposable
{
    private const int CommitBytes = 1 << 16;

    private readonly Utf8JsonWriter json = new(file.Buffer, JsonlResultWriter.Options);

    /// <exception cref="RowsException">The rejects cannot be written.</exception>
    public void Write(TextRow row)
    {
        json.WriteStartObject();
        json.WriteNumber(ResultColumns.Row, row.Number);
        if (row.File is not null)
        {
            json.WriteString(ResultColumns.File, row.File);
            json.WriteNumber(ResultColumns.FileRow, row.NumberInFile);
        }

        if (row.Line > 0)
        {
            json.WriteNumber("line", row.Line);
        }

        json.WriteString("error", row.Error);
        if (row.Content is not null)
        {
            json.WriteString("content", row.Content);
        }

        json.WriteEndObject();
        JsonlResultWriter.EndLine(json, file);
        if (file.Buffer.WrittenCount > CommitBytes)
        {
            Commit();
        }
    }

    /// <exception cref="RowsException">The rejects cannot be written.</exception>
    public void Commit()
    {
        try
        {
            file.Commit();
        }
        catch (OutputClosedException exception)
        {
            // Who reads the results may have enough of them; rejects that nobody reads are lost.
            throw RowsException.Failed($"{file.Name} cannot be written any further: its reader has closed it.", exception);
        }
    }

    public void Dispose() => json.Dispose();
}
