using System.Text.Json;
using Batching.Rows.Outputs;

namespace Batching;

/// <summary>Objects of JSON on stdout, a line each, which go out together when they are committed.</summary>
/// <remarks>Owns its memory; not thread-safe.</remarks>
public sealed class JsonLineWriter : IDisposable
{
    private readonly OutputFile output = OutputFile.Open(OutputTarget.StandardOutput);

    /// <summary>Opens stdout.</summary>
    /// <exception cref="RowsException">It cannot be written.</exception>
    public JsonLineWriter() => Json = new Utf8JsonWriter(output.Buffer, JsonlResultWriter.Options);

    /// <summary>Writes the object of the line; belongs to this.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>How many bytes of whole lines wait to be committed.</summary>
    public int UncommittedBytes => output.Buffer.WrittenCount;

    /// <summary>Writes a property that is an array of numbers, each as short as reads back the same.</summary>
    /// <param name="name">The property.</param>
    /// <param name="numbers">Its numbers.</param>
    public void WriteNumbers(string name, IEnumerable<float> numbers) => JsonlResultWriter.WriteNumbers(Json, name, numbers);

    /// <summary>Ends the line, whose object is whole.</summary>
    public void EndLine() => JsonlResultWriter.EndLine(Json, output);

    /// <summary>Hands the lines over.</summary>
    /// <exception cref="RowsException">They cannot be written.</exception>
    /// <exception cref="OutputClosedException">Whoever reads them has gone.</exception>
    public void Commit() => output.Commit();

    /// <summary>Closes it; what was not committed is not written.</summary>
    public void Dispose()
    {
        Json.Dispose();
        output.Dispose();
    }
}
