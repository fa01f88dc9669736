using System.Globalization;
using System.Text;

namespace Batching.Rows.Outputs;

/// <summary>Fields between commas, quoted only where needed, and lines that end with LF.</summary>
internal sealed class CsvResultWriter : IResultWriter
{
    private readonly OutputFile file;
    private readonly ResultColumns columns;

    /// <param name="file">The file, new or cut where writing goes on.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="isNew">Whether the header is still to be written.</param>
    public CsvResultWriter(OutputFile file, ResultColumns columns, bool isNew)
    {
        this.file = file;
        this.columns = columns;
        if (isNew)
        {
            Append(HeaderOf(columns));
        }
    }

    public int Uncommitted => file.Buffer.WrittenCount;

    /// <summary>The first line of the file, with its end.</summary>
    public static string HeaderOf(ResultColumns columns) => LineOf(columns.Flat);

    public ValueTask WriteAsync(TextRow row, Classification result)
    {
        int[] ranked = columns.Ranked(result);
        Append(LineOf(
        [
            row.Number.ToString(CultureInfo.InvariantCulture),
            .. columns.KeptOf(row).Select(value => value.Text),
            .. ranked.SelectMany(label => new[] { columns.LabelOf(label), Number(result.Scores.Span[label]) }),
            .. columns.HasLogits ? result.Logits.ToArray().Select(Number) : [],
        ]));
        return ValueTask.CompletedTask;
    }

    public void Commit() => file.Commit();

    public ValueTask CompleteAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string LineOf(IEnumerable<string?> fields) => $"{string.Join(',', fields.Select(Quoted))}\n";

    private static string Quoted(string? field) => field.AsSpan().ContainsAny("\",\r\n")
        ? $"\"{field!.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : field ?? "";

    // The shortest digits that give the same bits back, as in JSON.
    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

    private void Append(string line) => Encoding.UTF8.GetBytes(line, file.Buffer);
}
