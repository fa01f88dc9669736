using Parquet;
using Parquet.Schema;

namespace Batching.Rows.Outputs;

/// <summary>Parquet, a row group in memory at a time. The file can be read once it is closed and not before.</summary>
internal sealed class ParquetResultWriter : IResultWriter
{
    private const int RowsPerGroup = 65_536;

    private readonly ParquetWriter writer;
    private readonly ResultColumns columns;
    private readonly ParquetSchema schema;
    private readonly List<long> rows = [];
    private readonly List<string?>[] texts;
    private readonly List<float>[] numbers;
    private bool isBroken;

    private ParquetResultWriter(ParquetWriter writer, ResultColumns columns, ParquetSchema schema)
    {
        this.writer = writer;
        this.columns = columns;
        this.schema = schema;
        texts = [.. schema.DataFields.Where(field => field is DataField<string>).Select(_ => new List<string?>())];
        numbers = [.. schema.DataFields.Where(field => field is DataField<float>).Select(_ => new List<float>())];
    }

    public int Uncommitted => 0;

    public static async Task<ParquetResultWriter> CreateAsync(Stream stream, ResultColumns columns)
    {
        var fields = new ParquetSchema(columns.Flat.Select((name, index) => FieldOf(name, isKept: index > 0 && index <= columns.Kept.Count)));
        return new ParquetResultWriter(await ParquetWriter.CreateAsync(fields, stream).ConfigureAwait(false), columns, fields);
    }

    public ValueTask WriteAsync(TextRow row, Classification result) => AddAsync(FlatRow.Of(row, result, columns));

    /// <summary>Adds a row whose values are those of <see cref="FlatRow.Of"/>.</summary>
    public async ValueTask AddAsync(FlatRow row)
    {
        rows.Add(row.Number);
        for (int text = 0; text < texts.Length; text++)
        {
            texts[text].Add(row.Texts[text]);
        }

        for (int number = 0; number < numbers.Length; number++)
        {
            numbers[number].Add(row.Numbers[number]);
        }

        if (rows.Count == RowsPerGroup)
        {
            await WriteGroupAsync().ConfigureAwait(false);
        }
    }

    public void Commit()
    {
        // Rows reach the file by groups.
    }

    public async ValueTask CompleteAsync()
    {
        if (isBroken)
        {
            return;
        }

        if (rows.Count > 0)
        {
            await WriteGroupAsync().ConfigureAwait(false);
        }

        // Here, and not where the writer is disposed of: it writes the index, and without it nothing in the file is taken for whole.
        await writer.DisposeAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static DataField FieldOf(string name, bool isKept) =>
        isKept ? new DataField<string>(name)
        : name == ResultColumns.Row ? new DataField<long>(name)
        : name == ResultColumns.Label || name.StartsWith($"{ResultColumns.Label}_", StringComparison.Ordinal) ? new DataField<string>(name)
        : new DataField<float>(name);

    // A row group holds its columns one after another, in the schema's order.
    private async Task WriteGroupAsync()
    {
        // Until it is whole: after half a group nothing more is written.
        isBroken = true;
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        int text = 0;
        int number = 0;
        foreach (DataField field in schema.DataFields)
        {
            if (field is DataField<long>)
            {
                await group.WriteAsync<long>(field, rows.ToArray().AsMemory()).ConfigureAwait(false);
            }
            else if (field is DataField<string>)
            {
                await group.WriteAsync(field, texts[text]!).ConfigureAwait(false);
                texts[text++].Clear();
            }
            else
            {
                await group.WriteAsync<float>(field, numbers[number].ToArray().AsMemory()).ConfigureAwait(false);
                numbers[number++].Clear();
            }
        }

        rows.Clear();
        isBroken = false;
    }
}
