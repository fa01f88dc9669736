using Batching;
using Classify.Inputs;
using Parquet;
using Parquet.Schema;

namespace Classify.Outputs;

/// <summary>Parquet, a row group in memory at a time. The file can be read once it is closed and not before.</summary>
internal sealed class ParquetResultWriter : IResultWriter
{
    private const int RowsPerGroup = 65_536;

    private readonly Stream stream;
    private readonly ParquetWriter writer;
    private readonly ResultColumns columns;
    private readonly ParquetSchema schema;
    private readonly List<long> rows = [];
    private readonly List<string?>[] texts;
    private readonly List<float>[] numbers;

    private ParquetResultWriter(Stream stream, ParquetWriter writer, ResultColumns columns, ParquetSchema schema)
    {
        this.stream = stream;
        this.writer = writer;
        this.columns = columns;
        this.schema = schema;
        texts = [.. schema.DataFields.Where(field => field is DataField<string>).Select(_ => new List<string?>())];
        numbers = [.. schema.DataFields.Where(field => field is DataField<float>).Select(_ => new List<float>())];
    }

    public int Uncommitted => 0;

    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static async Task<ParquetResultWriter> CreateAsync(string path, ResultColumns columns)
    {
        var fields = new ParquetSchema(columns.Flat.Select((name, index) => FieldOf(name, isKept: index > 0 && index <= columns.Kept.Count)));
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandException.Usage($"'{path}' cannot be written: {exception.Message}", exception);
        }

        return new ParquetResultWriter(file, await ParquetWriter.CreateAsync(fields, file), columns, fields);
    }

    public async ValueTask WriteAsync(InputRow row, Classification result)
    {
        int text = 0;
        int number = 0;
        rows.Add(row.Row);
        foreach (KeptValue value in row.Others)
        {
            texts[text++].Add(value.Text);
        }

        foreach (int label in columns.Ranked(result))
        {
            texts[text++].Add(columns.LabelOf(label));
            numbers[number++].Add(result.Scores.Span[label]);
        }

        for (int label = 0; number < numbers.Length; label++)
        {
            numbers[number++].Add(result.Logits.Span[label]);
        }

        if (rows.Count == RowsPerGroup)
        {
            await WriteGroupAsync();
        }
    }

    public void Commit()
    {
        // Rows reach the file by groups.
    }

    public async ValueTask DisposeAsync()
    {
        if (rows.Count > 0)
        {
            await WriteGroupAsync();
        }

        await writer.DisposeAsync();
        await stream.DisposeAsync();
    }

    private static DataField FieldOf(string name, bool isKept) =>
        isKept ? new DataField<string>(name)
        : name == ResultColumns.Row ? new DataField<long>(name)
        : name == ResultColumns.Label || name.StartsWith($"{ResultColumns.Label}_", StringComparison.Ordinal) ? new DataField<string>(name)
        : new DataField<float>(name);

    // A row group holds its columns one after another, in the schema's order.
    private async Task WriteGroupAsync()
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        int text = 0;
        int number = 0;
        foreach (DataField field in schema.DataFields)
        {
            if (field is DataField<long>)
            {
                await group.WriteAsync<long>(field, rows.ToArray().AsMemory());
            }
            else if (field is DataField<string>)
            {
                await group.WriteAsync(field, texts[text]!);
                texts[text++].Clear();
            }
            else
            {
                await group.WriteAsync<float>(field, numbers[number].ToArray().AsMemory());
                numbers[number++].Clear();
            }
        }

        rows.Clear();
    }
}
