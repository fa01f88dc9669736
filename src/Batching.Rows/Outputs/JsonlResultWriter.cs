using System.Text.Encodings.Web;
using System.Text.Json;

namespace Batching.Rows.Outputs;

/// <summary>A JSON object a row.</summary>
internal sealed class JsonlResultWriter : IResultWriter
{
    // Text stays readable; this is no HTML.
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OutputFile file;
    private readonly ResultColumns columns;
    private readonly Utf8JsonWriter json;

    public JsonlResultWriter(OutputFile file, ResultColumns columns)
    {
        this.file = file;
        this.columns = columns;
        json = new Utf8JsonWriter(file.Buffer, Options);
    }

    public int Uncommitted => file.Buffer.WrittenCount;

    public ValueTask WriteAsync(TextRow row, Classification result)
    {
        json.WriteStartObject();
        json.WriteNumber(ResultColumns.Row, row.Number);
        foreach ((string name, KeptValue value) in columns.Kept.Zip(columns.KeptOf(row)))
        {
            WriteKept(name, value);
        }

        json.WriteString(ResultColumns.Label, result.Label);
        json.WriteNumber(ResultColumns.Score, result.Score);
        if (columns.TopK is not null)
        {
            int[] ranked = columns.Ranked(result);
            json.WriteStartArray(ResultColumns.Labels);
            foreach (int label in ranked)
            {
                json.WriteStringValue(columns.LabelOf(label));
            }

            json.WriteEndArray();
            WriteNumbers(json, ResultColumns.Scores, ranked.Select(label => result.Scores.Span[label]));
        }

        if (columns.HasLogits)
        {
            WriteNumbers(json, ResultColumns.Logits, result.Logits.ToArray());
        }

        json.WriteEndObject();
        EndLine(json, file);
        return ValueTask.CompletedTask;
    }

    public void Commit() => file.Commit();

    public ValueTask CompleteAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => json.DisposeAsync();

    /// <summary>Ends the line that the writer has written an object to, and readies it for the next.</summary>
    public static void EndLine(Utf8JsonWriter json, OutputFile file)
    {
        json.Flush();
        json.Reset();
        file.Buffer.GetSpan(1)[0] = (byte)'\n';
        file.Buffer.Advance(1);
    }

    public static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<float> numbers)
    {
        json.WriteStartArray(name);
        foreach (float number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private void WriteKept(string name, KeptValue value)
    {
        if (value is { IsJson: true, Text: { } text })
        {
            json.WritePropertyName(name);
            json.WriteRawValue(text);
        }
        else
        {
            json.WriteString(name, value.Text);
        }
    }
}
