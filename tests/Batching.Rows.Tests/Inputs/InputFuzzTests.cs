using System.Text;


using Batching.Rows.Inputs;
using Batching.Tests.HostileFiles;
using CsCheck;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace Batching.Rows.Tests.Inputs;

/// <summary>
/// Inputs of the command line with changes: their rows are results or rejects, or the whole of them is refused by a sentence;
/// nothing that a library throws comes out, and little memory is taken.
/// </summary>
public sealed class InputFuzzTests : IDisposable
{
    private static readonly string?[] Texts = ["a man", null, "a plan", "", "éé", "a man", null, "six"];

    private readonly Workspace files = new();

    public static TheoryData<string> Codecs => [.. Enum.GetNames<CompressionMethod>().Where(name => name is not ("Lzo" or "LZ4"))];

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("csv", "text,pair,id\na,b,1\n\"c \"\"d\"\"\",\"e\nf\",2\r\n,,3\n\"x,y\",é,4")]
    [InlineData("tsv", "text\tpair\tid\na\tb\t1\nc \"d\"\te\t2\r\n\t\t3\nx\té\t4")]
    [InlineData("txt", "a\nb\r\n\nc\r😀\n")]
    [InlineData("jsonl", "{\"text\":\"a\",\"id\":[1,{\"x\":2}]}\n\n{\"text\":\"\\u00e9\\ud83d\\ude00\",\"id\":null}\n{\"id\":1e5,\"text\":\"c\",\"\\u0061\":\"\\n\"}\n")]
    public void Texts_with_random_changes_are_read_or_refused(string format, string content)
    {
        byte[] whole = Encoding.UTF8.GetBytes(content);
        Fuzzing.Sample(Mutation.Several, mutations => Read($"{Guid.NewGuid():N}.{format}", mutations.Aggregate(whole, (bytes, mutation) => mutation.Apply(bytes))));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Parquet_with_random_changes_is_read_or_refused(string codec)
    {
        byte[] whole = await WriteAsync(codec);
        Fuzzing.Sample(Mutation.Several, mutations => Read($"{Guid.NewGuid():N}.parquet", mutations.Aggregate(whole, (bytes, mutation) => mutation.Apply(bytes))));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Parquet_with_any_byte_changed_or_any_length_is_read_or_refused(string codec)
    {
        byte[] whole = await WriteAsync(codec);
        Assert.Equal(Texts.Length * 2, Read("whole.parquet", whole));
        for (int index = 0; index < whole.Length; index++)
        {
            byte before = whole[index];
            foreach (byte changed in new[] { (byte)(before ^ 1), (byte)(before ^ 0x80), (byte)0xFF, (byte)0 })
            {
                whole[index] = changed;
                Read("changed.parquet", whole);
            }

            whole[index] = before;
            Read("cut.parquet", whole[..index]);
        }
    }

    [Fact]
    public async Task Rows_of_a_damaged_row_group_are_rejects_and_the_others_are_read()
    {
        byte[] whole = await WriteAsync("None");
        int damaged = whole.AsSpan().IndexOf("a plan"u8);
        whole.AsSpan(damaged - 4, 4).Fill(0x7F);
        string source = files.PathOf("a.parquet");
        await File.WriteAllBytesAsync(source, whole, TestContext.Current.CancellationToken);
        TextRow[] rows = await RowFiles.ReadAsync(source, RowFormat.Parquet, RowFiles.Columns("id"));
        Assert.Equal(Texts.Length * 2, rows.Length);
        Assert.All(rows[..Texts.Length], row => Assert.Contains("it is one of the 8 rows of row group 1, whose column 'text' cannot be read", row.Error, StringComparison.Ordinal));
        Assert.Equal(Texts.Select(text => text ?? ""), rows[Texts.Length..].Select(row => row.Text));
    }

    [Fact]
    public void Nulls_and_texts_over_several_pages_stay_in_their_rows() => Check.Sample(
        Gen.Select(
            Gen.Select(Generators.OneOf("", "a", "é", "hat", "😀 x", "null"), Gen.Bool, Gen.Byte[0, 1], (text, isNull, level) => (Text: isNull ? null : text, Level: level))
                .Array[1, 12].Array[0, 5],
            Gen.Bool,
            Gen.Bool),
        (pages, isNested, isSecondVersion) =>
        {
            byte[] file = ParquetFile.Write(
                [.. pages.Select(page => page.Select(value => (value.Text is null ? null : Encoding.UTF8.GetBytes(value.Text), isNested ? value.Level : (byte)0)).ToArray())],
                isNested,
                isSecondVersion);
            File.WriteAllBytes(files.PathOf("pages.parquet"), file);
            ColumnChoice column = new(isNested ? "doc.text" : "text", Pair: null, []);
            TextRow[] rows = RowFiles.ReadAsync(files.PathOf("pages.parquet"), RowFormat.Parquet, column).GetAwaiter().GetResult();
            Assert.Equal(
                pages.SelectMany(page => page).Select(value => (value.Text ?? "", value.Text is null ? "its text is null" : null)),
                rows.Select(row => (row.Text, row.Error)));
        },
        seed: Generators.Seed, iter: 300, threads: 1);

    [Fact]
    public async Task A_text_that_is_not_UTF_8_is_a_reject_of_its_own()
    {
        await File.WriteAllBytesAsync(
            files.PathOf("a.parquet"),
            ParquetFile.Write([[("man"u8.ToArray(), 0), ([0xE9, 0x20], 0)], [(null, 0), ("six"u8.ToArray(), 0)]], isNested: false, isSecondVersion: false),
            TestContext.Current.CancellationToken);
        TextRow[] rows = await RowFiles.ReadAsync(files.PathOf("a.parquet"), RowFormat.Parquet, RowFiles.Columns());
        Assert.Equal([null, "a text in it is not valid UTF-8", "its text is null", null], rows.Select(row => row.Error));
    }

    [Theory]
    [InlineData(0x1C, "nested too deep")]
    [InlineData(0x19, "nested too deep")]
    [InlineData(0xFF, "type 15")]
    [InlineData(0x15, "goes on beyond its end")]
    public async Task An_index_that_has_no_end_is_refused(byte content, string words)
    {
        byte[] footer = new byte[1 << 20];
        footer.AsSpan().Fill(content);
        if (content == 0x15)
        {
            footer.AsSpan(1).Fill(1);
            footer[^1] = 0x15;
        }

        if (content == 0x19)
        {
            footer[0] = 0xF9;
        }

        await File.WriteAllBytesAsync(files.PathOf("a.parquet"), ParquetFile.WithFooter([], footer), TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<RowsException>(() => RowFiles.ReadAsync(files.PathOf("a.parquet"), RowFormat.Parquet, RowFiles.Columns()));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_of_rows_that_cannot_be_is_refused()
    {
        byte[] file = ParquetFile.Write([[("man"u8.ToArray(), 0)]], isNested: false, isSecondVersion: false);
        string path = files.PathOf("a.parquet");
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        await using FileStream stream = File.OpenRead(path);
        ParquetFooter footer = await ParquetFooter.ReadAsync(stream, TestContext.Current.CancellationToken);
        foreach (long rows in new[] { 2, -1, int.MaxValue, long.MaxValue, 1L << 26 })
        {
            footer.File.Set(3, ThriftType.Int64, rows);
            footer.RowGroups[0].Set(3, ThriftType.Int64, rows);
            footer.RowGroups[0].List(1).Structs.First().Struct(3).Set(5, ThriftType.Int64, rows);
            await File.WriteAllBytesAsync(files.PathOf("b.parquet"), [.. file[..(int)footer.Start], .. footer.ToBytes()], TestContext.Current.CancellationToken);
            string? error = null;
            try
            {
                await using IRowReader reader = RowReaders.Open(new InputSource(files.PathOf("b.parquet")), RowFormat.Parquet, RowFiles.Columns());
                await foreach (TextRow row in reader.ReadAsync(TestContext.Current.CancellationToken))
                {
                    error = row.Error;
                    break;
                }
            }
            catch (RowsException refusal)
            {
                error = refusal.Message;
            }

            Assert.NotNull(error);
        }
    }

    // The rows that there are; a refusal is none.
    private int Read(string name, byte[] content)
    {
        string path = files.PathOf(name);
        File.WriteAllBytes(path, content);
        try
        {
            RowFormat format = Enum.Parse<RowFormat>(Path.GetExtension(name)[1..], ignoreCase: true);
            ColumnChoice columns = format == RowFormat.Txt ? RowFiles.Columns("text") : RowFiles.Columns("id");
            return RowFiles.ReadAsync(path, format, columns).GetAwaiter().GetResult().Length;
        }
        catch (RowsException refusal)
        {
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
            Assert.True(refusal.Message.EndsWith('.'), refusal.Message);
            return 0;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<byte[]> WriteAsync(string codec)
    {
        var text = new DataField<string>("text");
        var id = new DataField<int?>("id");
        using var stream = new MemoryStream();
        var options = new ParquetOptions { CompressionMethod = Enum.Parse<CompressionMethod>(codec) };
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, id), stream, options))
        {
            foreach (int group in new[] { 1, 2 })
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync(text, Texts!);
                await rows.WriteAsync<int>(id, Texts.Select((value, index) => value is null ? null : (int?)(index * group)).ToArray().AsMemory());
            }
        }

        return stream.ToArray();
    }
}
