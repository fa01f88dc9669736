using System.Text.Json;
using Classify.Inputs;

namespace Classify.Outputs;

/// <summary>The rows that could not be read, a JSON object each: <c>row</c>, <c>line</c>, <c>error</c>, <c>content</c>.</summary>
internal sealed class RejectsFile : IDisposable
{
    private readonly OutputFile file;
    private readonly Utf8JsonWriter json;

    /// <param name="path">The file.</param>
    /// <param name="length">How many of its bytes are kept.</param>
    public RejectsFile(string path, long length)
    {
        file = new OutputFile(path, length);
        json = new Utf8JsonWriter(file.Buffer, JsonlResultWriter.Options);
    }

    public void Write(InputRow row)
    {
        json.WriteStartObject();
        json.WriteNumber(ResultColumns.Row, row.Row);
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
        if (file.Buffer.WrittenCount > 1 << 16)
        {
            Commit();
        }
    }

    public void Commit() => file.Commit();

    public void Dispose()
    {
        json.Dispose();
        file.Dispose();
    }
}
