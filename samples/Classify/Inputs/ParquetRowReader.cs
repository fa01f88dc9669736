using System.Globalization;
using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace Classify.Inputs;

/// <summary>The rows of a Parquet file, a row group in memory at a time.</summary>
internal sealed class ParquetRowReader(InputSource source, ColumnChoice columns) : IRowReader
{
    private readonly Stream stream = source.Open();

    public long? Length { get; private set; }

    public async IAsyncEnumerable<InputRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using ParquetReader reader = await OpenAsync(cancellationToken);
        DataField[] fields = reader.Schema.DataFields;
        ColumnIndexes indexes = columns.In(source.Name, [.. fields.Select(NameOf)]);
        DataField text = TextField(fields[indexes.Text]);
        DataField? pair = indexes.Pair is { } index ? TextField(fields[index]) : null;
        DataField[] others = [.. indexes.Others.Select(other => fields[other])];
        Length = reader.RowGroups.Sum(group => group.RowCount);
        long row = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            KeptValue[] texts = await ReadColumnAsync(rows, text, cancellationToken);
            KeptValue[]? pairs = pair is null ? null : await ReadColumnAsync(rows, pair, cancellationToken);
            var kept = new KeptValue[others.Length][];
            for (int other = 0; other < others.Length; other++)
            {
                kept[other] = await ReadColumnAsync(rows, others[other], cancellationToken);
            }

            for (int i = 0; i < texts.Length; i++)
            {
                yield return RowOf(++row, texts[i], pairs?[i], [.. kept.Select(values => values[i])]);
            }
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    // The parts of a nested column, joined.
    private static string NameOf(DataField field) => string.Join('.', field.Path.ToList());

    private static InputRow RowOf(long row, KeptValue text, KeptValue? pair, KeptValue[] others) =>
        text.Text is null || pair is { Text: null }
            ? new InputRow { Row = row, Position = row, Error = $"its {(text.Text is null ? "text" : "pair")} is null" }
            : new InputRow { Row = row, Position = row, Text = text.Text, Pair = pair?.Text, Others = others };

    private static async Task<KeptValue[]> ReadValuesAsync<T>(
        ParquetRowGroupReader rows, DataField field, Func<T, KeptValue> convert, CancellationToken cancellationToken)
        where T : struct
    {
        if (field.IsNullable)
        {
            var values = new T?[rows.RowCount];
            await rows.ReadAsync<T>(field, values.AsMemory(), cancellationToken: cancellationToken);
            return [.. values.Select(value => value is { } present ? convert(present) : new KeptValue(null))];
        }

        var present = new T[rows.RowCount];
        await rows.ReadAsync<T>(field, present.AsMemory(), cancellationToken: cancellationToken);
        return [.. present.Select(convert)];
    }

    private static async Task<KeptValue[]> ReadStringsAsync(
        ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken)
    {
        var values = new string?[rows.RowCount];
        await rows.ReadAsync(field, values.AsMemory()!, cancellationToken: cancellationToken);
        return [.. values.Select(value => new KeptValue(value))];
    }

    private static KeptValue Number<T>(T value)
        where T : IFormattable =>
        new(value.ToString(format: null, CultureInfo.InvariantCulture), IsJson: true);

    private static bool IsString(DataField field) =>
        field.ClrType == typeof(string) || field.ClrType == typeof(ReadOnlyMemory<char>);

    private static bool IsList(DataField field) => field.IsArray || field.MaxRepetitionLevel > 0;

    private DataField TextField(DataField field) => IsString(field) && !IsList(field)
        ? field
        : throw CommandException.Usage($"The column '{NameOf(field)}' of {source.Name} holds no strings. Choose another with --column.");

    private Task<KeptValue[]> ReadColumnAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken) => field.ClrType switch
    {
        _ when IsList(field) => throw NotSupported(field),
        _ when IsString(field) => ReadStringsAsync(rows, field, cancellationToken),
        var type when type == typeof(bool) => ReadValuesAsync<bool>(rows, field, value => new KeptValue(value ? "true" : "false", IsJson: true), cancellationToken),
        var type when type == typeof(sbyte) => ReadValuesAsync<sbyte>(rows, field, Number, cancellationToken),
        var type when type == typeof(byte) => ReadValuesAsync<byte>(rows, field, Number, cancellationToken),
        var type when type == typeof(short) => ReadValuesAsync<short>(rows, field, Number, cancellationToken),
        var type when type == typeof(int) => ReadValuesAsync<int>(rows, field, Number, cancellationToken),
        var type when type == typeof(uint) => ReadValuesAsync<uint>(rows, field, Number, cancellationToken),
        var type when type == typeof(long) => ReadValuesAsync<long>(rows, field, Number, cancellationToken),
        var type when type == typeof(ulong) => ReadValuesAsync<ulong>(rows, field, Number, cancellationToken),
        var type when type == typeof(float) => ReadValuesAsync<float>(rows, field, value => Number(value) with { IsJson = float.IsFinite(value) }, cancellationToken),
        var type when type == typeof(double) => ReadValuesAsync<double>(rows, field, value => Number(value) with { IsJson = double.IsFinite(value) }, cancellationToken),
        var type when type == typeof(decimal) => ReadValuesAsync<decimal>(rows, field, Number, cancellationToken),
        var type when type == typeof(DateTime) => ReadValuesAsync<DateTime>(rows, field, value => new KeptValue(value.ToString("O", CultureInfo.InvariantCulture)), cancellationToken),
        _ => throw NotSupported(field),
    };

    private CommandException NotSupported(DataField field) => CommandException.Usage(
        $"The column '{NameOf(field)}' of {source.Name} holds {(IsList(field) ? "lists" : field.ClrType.Name)}, which cannot be carried over. Leave it out.");

    private async Task<ParquetReader> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ParquetReader.CreateAsync(stream, new ParquetOptions { TreatByteArrayAsString = true }, cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is ParquetException or IOException or InvalidDataException)
        {
            throw CommandException.Failed($"{source.Name} is not a Parquet file that can be read: {exception.Message}", exception);
        }
    }
}
