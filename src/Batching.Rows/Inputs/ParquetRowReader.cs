using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Parquet;
using Parquet.Schema;

namespace Batching.Rows.Inputs;

/// <summary>The rows of a Parquet file, a row group in memory at a time.</summary>
internal sealed class ParquetRowReader(InputSource source, ColumnChoice columns, RowRange? range = null) : IRowReader
{
    // In place of a text that is none.
    private static readonly string NotUtf8 = new('\uFFFF', 1);

    // In place of a value that is not read.
    private static readonly ReadOnlyMemory<byte> Unread = new byte[1];

    // The same for numbers; two, because one of them may be the value.
    private static readonly byte[] UnreadBytes = [0xA5, 0x5A];

    private static readonly Type[] Numbers =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
        typeof(decimal), typeof(DateTime),
    ];

    private readonly Stream stream = source.Open();

    public long? Length { get; private set; }

    public string? TextColumn { get; private set; }

    /// <summary>How many rows each row group has.</summary>
    /// <exception cref="RowsException">The file cannot be read.</exception>
    public static async Task<IReadOnlyList<long>> GroupsAsync(InputSource source, CancellationToken cancellationToken)
    {
        var rows = new ParquetRowReader(source, new ColumnChoice(Text: null, Pair: null, []));
        await using ConfiguredAsyncDisposable closing = rows.ConfigureAwait(false);
        (_, ParquetReader reader, _) = await rows.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closingReader = reader.ConfigureAwait(false);
        return [.. reader.RowGroups.Select(group => group.RowCount)];
    }

    public async IAsyncEnumerable<TextRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (ParquetFooter footer, ParquetReader reader, DataField[] fields) = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
        ColumnIndexes indexes = columns.In(source.Name, [.. fields.Select(NameOf)]);
        TextColumn = NameOf(fields[indexes.Text]);
        DataField text = TextField(fields[indexes.Text]);
        DataField[] pair = indexes.Pair is { } index ? [TextField(fields[index])] : [];
        DataField[] others = [.. indexes.Others.Select(other => Readable(fields[other]))];
        DataField[] read = [text, .. pair, .. others];
        var pages = new ParquetPages(stream, footer);
        ThrowIfUnsupported(pages, footer, read);
        int start = (int)Math.Min(range?.Start ?? 0, reader.RowGroupCount);
        int end = (int)Math.Min(range?.End ?? reader.RowGroupCount, reader.RowGroupCount);
        Length = reader.RowGroups.Take(end).Sum(group => group.RowCount);
        long row = reader.RowGroups.Take(start).Sum(group => group.RowCount);
        for (int group = start; group < end; group++)
        {
            long count = reader.RowGroups[group].RowCount;
            (KeptValue[][] values, string? error) = await ReadGroupAsync(reader, pages, group, read, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
            {
                yield return error is null
                    ? RowOf(++row, [.. values.Select(column => column[i])], hasPair: pair.Length > 0)
                    : new TextRow { Number = ++row, Position = row, Error = $"it is one of the {count} rows of row group {group + 1}, {error}" };
            }
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    // The parts of a nested column, joined.
    private static string NameOf(DataField field) => string.Join('.', field.Path.ToList());

    private static TextRow RowOf(long row, KeptValue[] values, bool hasPair)
    {
        int others = hasPair ? 2 : 1;
        string? error = values.Any(value => ReferenceEquals(value.Text, NotUtf8)) ? "a text in it is not valid UTF-8"
            : values[0].Text is null ? "its text is null"
            : hasPair && values[1].Text is null ? "its pair is null"
            : null;
        return error is not null
            ? new TextRow { Number = row, Position = row, Error = error }
            : new TextRow { Number = row, Position = row, Text = values[0].Text!, Pair = hasPair ? values[1].Text : null, Kept = values[others..] };
    }

    // What of a group's columns cannot be read makes all its rows unreadable: which values belong to which row is lost.
    private static async Task<(KeptValue[][] Values, string? Error)> ReadGroupAsync(
        ParquetReader reader, ParquetPages pages, int group, DataField[] fields, CancellationToken cancellationToken)
    {
        var values = new KeptValue[fields.Length][];
        for (int index = 0; index < fields.Length; index++)
        {
            try
            {
                pages.Check(group, [.. fields[index].Path.ToList()]);
                values[index] = await ReadColumnAsync(reader.RowGroups[group], fields[index], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsOfFile(exception))
            {
                return ([], $"whose column '{NameOf(fields[index])}' cannot be read: {Reason(exception)}");
            }
        }

        return (values, null);
    }

    // Whatever the library throws of a damaged file: it looks at few things before it relies on them.
    private static bool IsOfFile(Exception exception) => exception is not (OperationCanceledException or RowsException);

    private static string Reason(Exception exception) =>
        exception is InvalidDataException or IOException or ParquetException or NotSupportedException
            ? exception.Message.Split('\n')[0].Trim().TrimEnd('.')
            : "it is damaged";

    private static async Task<KeptValue[]> ReadValuesAsync<T>(
        ParquetRowGroupReader rows, DataField field, Func<T, KeptValue> convert, CancellationToken cancellationToken)
        where T : struct
    {
        var values = new T[rows.RowCount];
        foreach (byte unread in UnreadBytes)
        {
            MemoryMarshal.AsBytes(values.AsSpan()).Fill(unread);
            int[]? levels = await ReadRawAsync(rows, field, values, cancellationToken).ConfigureAwait(false);
            int present = PresentOf(field, levels) ?? values.Length;
            if (present == 0 || MemoryMarshal.AsBytes(values.AsSpan(present - 1, 1)).ContainsAnyExcept(unread))
            {
                return Spread(field, values, levels, convert);
            }
        }

        throw FewerValues();
    }

    private static async Task<KeptValue[]> ReadTextsAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken)
    {
        var values = new ReadOnlyMemory<byte>[rows.RowCount];
        Array.Fill(values, Unread);
        int[]? levels = await ReadRawAsync(rows, field, values, cancellationToken).ConfigureAwait(false);
        int present = PresentOf(field, levels) ?? values.Length;
        return Array.FindIndex(values, value => value.Equals(Unread)) == (present == values.Length ? -1 : present)
            ? Spread(field, values, levels, value => new KeptValue(Utf8.IsValid(value.Span) ? Encoding.UTF8.GetString(value.Span) : NotUtf8))
            : throw FewerValues();
    }

    private static async Task<int[]?> ReadRawAsync<T>(ParquetRowGroupReader rows, DataField field, T[] values, CancellationToken cancellationToken)
        where T : struct
    {
        if (values.Length == 0)
        {
            return null;
        }

        int[]? levels = field.MaxDefinitionLevel > 0 ? new int[values.Length] : null;
        levels?.AsSpan().Fill(-1);
        await rows.ReadRawAsync<T>(field, values, levels is null ? default(Memory<int>?) : levels.AsMemory(), repetitionLevels: null, cancellationToken).ConfigureAwait(false);
        return levels;
    }

    private static int? PresentOf(DataField field, int[]? levels)
    {
        if (levels is null)
        {
            return null;
        }

        return levels.AsSpan().ContainsAnyExceptInRange(0, field.MaxDefinitionLevel)
            ? throw new InvalidDataException("which of its values are null cannot be told")
            : levels.AsSpan().Count(field.MaxDefinitionLevel);
    }

    // The values that there are, to the rows that they belong to.
    private static KeptValue[] Spread<T>(DataField field, T[] values, int[]? levels, Func<T, KeptValue> convert)
    {
        var spread = new KeptValue[values.Length];
        int next = 0;
        for (int row = 0; row < spread.Length; row++)
        {
            bool isPresent = levels is null || levels[row] == field.MaxDefinitionLevel;
            spread[row] = isPresent ? convert(values[next++]) : new KeptValue(null);
        }

        return spread;
    }

    private static InvalidDataException FewerValues() => new("it has not as many values as its rows have");

    private static KeptValue Number<T>(T value)
        where T : IFormattable =>
        new(value.ToString(format: null, CultureInfo.InvariantCulture), IsJson: true);

    private static bool IsString(DataField field) =>
        field.ClrType == typeof(byte[]) || field.ClrType == typeof(ReadOnlyMemory<byte>);

    private static bool IsList(DataField field) => field.IsArray || field.MaxRepetitionLevel > 0;

    private DataField TextField(DataField field) => IsString(field) && !IsList(field)
        ? field
        : throw RowsException.Refused($"The column '{NameOf(field)}' of {source.Name} holds no strings. Choose another.", setting: nameof(RowReaderOptions.TextColumn));

    private static Task<KeptValue[]> ReadColumnAsync(ParquetRowGroupReader rows, DataField field, CancellationToken cancellationToken) => field.ClrType switch
    {
        _ when IsString(field) => ReadTextsAsync(rows, field, cancellationToken),
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
        var type => throw new NotSupportedException($"values of type {type.Name} are not read"),
    };

    private DataField Readable(DataField field) => !IsList(field) && (IsString(field) || Numbers.Contains(field.ClrType)) ? field : throw RowsException.Refused(
        $"The column '{NameOf(field)}' of {source.Name} holds {(IsList(field) ? "lists" : field.ClrType.Name)}, which cannot be carried over. Leave it out.", setting: nameof(RowReaderOptions.KeptColumns));

    // Of damage in some row groups only, the others are read.
    private void ThrowIfUnsupported(ParquetPages pages, ParquetFooter footer, DataField[] fields)
    {
        foreach (DataField field in fields)
        {
            string?[] errors = [.. Enumerable.Range(0, footer.RowGroups.Count).Select(group => pages.ErrorOfCodec(group, [.. field.Path.ToList()]))];
            if (errors.Length > 0 && errors.All(error => error is not null))
            {
                throw RowsException.Refused($"{source.Name}: the column '{NameOf(field)}' cannot be read: {errors[0]}.");
            }
        }
    }

    private async Task<(ParquetFooter Footer, ParquetReader Reader, DataField[] Fields)> OpenAsync(CancellationToken cancellationToken)
    {
        if (!stream.CanSeek)
        {
            throw RowsException.Refused(
                $"{source.Name} is a pipe, and Parquet cannot be read from one, because its index is at its end. Give a file.", setting: nameof(RowClassificationOptions.Inputs));
        }

        try
        {
            ParquetFooter footer = await ParquetFooter.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
            ParquetReader reader = await ParquetReader.CreateAsync(new ParquetStream(stream, footer), cancellationToken: cancellationToken).ConfigureAwait(false);
            return (footer, reader, reader.Schema.DataFields);
        }
        catch (Exception exception) when (IsOfFile(exception))
        {
            throw RowsException.Failed($"{source.Name} is not a Parquet file that can be read: {Reason(exception)}.", exception);
        }
    }
}
