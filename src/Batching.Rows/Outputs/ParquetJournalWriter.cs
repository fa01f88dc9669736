using System.Text.Json;

namespace Batching.Rows.Outputs;

/// <summary>The rows of a Parquet output as JSON lines in a file beside it, until all are there; then Parquet is made of them, and put in its place.</summary>
/// <remarks>
/// A Parquet file can be read only once its end is written, and who adds to a finished one destroys its end first. So rows go
/// to a journal, which can be cut at any byte and gone on with as every output of lines can, and the output itself is there
/// whole or not at all.
/// </remarks>
/// <param name="journal">The file of the rows so far; open for reading as well.</param>
/// <param name="output">Where the Parquet file goes.</param>
/// <param name="columns">Its columns.</param>
internal sealed class ParquetJournalWriter(OutputFile journal, OutputTarget output, ResultColumns columns) : IResultWriter
{
    private readonly Utf8JsonWriter json = new(journal.Buffer, JsonlResultWriter.Options);

    public int Uncommitted => journal.Buffer.WrittenCount;

    public static string PathOf(OutputTarget output) => $"{output.Path}.part";

    /// <summary>The Parquet file until it is whole.</summary>
    public static string TemporaryPathOf(OutputTarget output) => $"{PathOf(output)}.tmp";

    public ValueTask WriteAsync(TextRow row, Classification result)
    {
        FlatRow flat = FlatRow.Of(row, result, columns);
        json.WriteStartObject();
        json.WriteNumber(ResultColumns.Row, flat.Number);
        json.WriteStartArray("texts");
        foreach (string? text in flat.Texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
        JsonlResultWriter.WriteNumbers(json, "numbers", flat.Numbers);
        json.WriteEndObject();
        JsonlResultWriter.EndLine(json, journal);
        return ValueTask.CompletedTask;
    }

    public void Commit() => journal.Commit();

    public async ValueTask CompleteAsync()
    {
        journal.FlushToDisk();
        string temporary = TemporaryPathOf(output);
        try
        {
            // What a run left that was killed here. Made anew, so that no link is followed.
            File.Delete(temporary);
            var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite);
            await using (file.ConfigureAwait(false))
            {
                ParquetResultWriter parquet = await ParquetResultWriter.CreateAsync(file, columns).ConfigureAwait(false);
                foreach (FlatRow row in JournalRows())
                {
                    await parquet.AddAsync(row).ConfigureAwait(false);
                }

                await parquet.CompleteAsync().ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, output.Path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw RowsException.Failed($"{output.Name} cannot be written: {exception.Message}", exception);
        }
    }

    public ValueTask DisposeAsync() => json.DisposeAsync();

    private IEnumerable<FlatRow> JournalRows()
    {
        journal.Stream.Position = 0;
        using var lines = new StreamReader(journal.Stream, leaveOpen: true);
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            yield return new FlatRow(
                row.RootElement.GetProperty(ResultColumns.Row).GetInt64(),
                [.. row.RootElement.GetProperty("texts").EnumerateArray().Select(text => text.GetString())],
                [.. row.RootElement.GetProperty("numbers").EnumerateArray().Select(number => number.GetSingle())]);
        }
    }
}
