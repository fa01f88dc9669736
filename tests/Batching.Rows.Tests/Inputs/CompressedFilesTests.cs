using System.IO.Compression;
using System.Text;
using Batching.Rows.Inputs;
using Xunit;
using ZstdSharp;

namespace Batching.Rows.Tests.Inputs;

/// <summary>Packed inputs have the rows of what is packed, or are refused.</summary>
public sealed class CompressedFilesTests : IDisposable
{
    private const string Content = "text,id\n\"a man,\n a plan\",1\nsix,2\né😀,3\n";

    private readonly Workspace files = new();

    public static TheoryData<string> Endings => ["gz", "zst"];

    public void Dispose() => files.Dispose();

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_packed_file_has_the_rows_of_its_text_in_every_format(string ending)
    {
        foreach ((RowFormat format, string name, string content) in new[]
        {
            (RowFormat.Csv, "a.csv", Content), (RowFormat.Tsv, "a.TSV", "text\tid\nman\t1\nplan\t2\n"), (RowFormat.Txt, "a.txt", "man\n\nplan"),
            (RowFormat.Jsonl, "a.ndjson", "{\"text\":\"man\"}\n\n{\"text\":\"plan\"}\n"),
        })
        {
            string packed = files.PathOf($"{name}.{ending.ToUpperInvariant()}");
            await File.WriteAllBytesAsync(packed, Pack(ending, content), TestContext.Current.CancellationToken);
            TextRow[] expected = await RowFiles.ReadAsync(files, format, content);
            Assert.Equal(expected.Select(Of), (await AllAsync(packed)).Select(Of));
        }

        static (string Text, long Number, long Line, long Position) Of(TextRow row) => (row.Text, row.Number, row.Line, row.Position);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task What_is_packed_is_seen_by_its_first_bytes_where_no_ending_says_so(string ending)
    {
        string path = files.PathOf("a.csv");
        await File.WriteAllBytesAsync(path, Pack(ending, Content), TestContext.Current.CancellationToken);
        Assert.Equal(3, (await AllAsync(path)).Length);

        // As stdin and pipes are: a byte at a time, and nothing that can be sought in.
        var stream = new PrefixedStream(ReadOnlyMemory<byte>.Empty, new SingleBytes(Pack(ending, Content)));
        await using RowReader reader = await RowReader.OpenAsync(stream, RowFormat.Csv, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["a man,\n a plan", "six", "é😀"], (await AllAsync(reader)).Select(row => row.Text));
        Assert.Null(reader.Length);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Members_one_after_another_are_one_text(string ending)
    {
        for (int cut = 0; cut <= Content.Length - 3; cut++)
        {
            byte[] packed = [.. Pack(ending, Content[..cut]), .. Pack(ending, ""), .. Pack(ending, Content[cut..])];
            Assert.Equal(3, (await ReadAsync(ending, packed)).Length);
        }
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_packed_file_cut_at_any_byte_is_refused_and_never_shorter(string ending)
    {
        byte[] first = Pack(ending, Content);
        byte[] whole = [.. first, .. Pack(ending, "seven,4\n")];
        for (int length = 0; length < whole.Length; length++)
        {
            if (length == first.Length)
            {
                // What is left is a whole file.
                Assert.Equal(3, (await ReadAsync(ending, whole[..length])).Length);
                continue;
            }

            var exception = await Assert.ThrowsAsync<RowsException>(() => ReadAsync(ending, whole[..length]));
            Assert.DoesNotContain('\n', exception.Message);
            Assert.Matches("cut off|it is empty|does not begin so", exception.Message);
        }

        Assert.Equal(4, (await ReadAsync(ending, whole)).Length);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_changed_bit_is_refused_or_changes_no_row(string ending)
    {
        byte[] first = Pack(ending, Content);
        byte[] whole = [.. first, .. Pack(ending, "seven,4\n")];
        string[] expected = ["a man,\n a plan", "six", "é😀", "seven"];
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(expected, (await ReadAsync(ending, changed)).Select(row => row.Text));
            }
            catch (RowsException exception)
            {
                Assert.DoesNotContain('\n', exception.Message);
            }
        }
    }

    [Fact]
    public async Task What_follows_gzip_is_gzip_or_zeros()
    {
        byte[] packed = Pack("gz", Content);
        Assert.Equal(3, (await ReadAsync("gz", [.. packed, .. new byte[100_000]])).Length);
        foreach (byte[] rest in new byte[][] { [1], [0x1F, 0x8C, 8, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1], "text"u8.ToArray() })
        {
            await Assert.ThrowsAsync<RowsException>(() => ReadAsync("gz", [.. packed, .. rest]));
        }
    }

    [Fact]
    public async Task The_optional_fields_of_a_gzip_header_are_passed_over()
    {
        byte[] packed = Pack("gz", Content);
        byte[] header = [.. packed[..3], 2 | 4 | 8 | 16, .. packed[4..10], 3, 0, 1, 2, 3, .. "a.csv\0"u8, .. "by hand\0"u8, 0, 0];
        Assert.Equal(3, (await ReadAsync("gz", [.. header, .. packed[10..]])).Length);
    }

    [Theory]
    [InlineData("gz", "gzip")]
    [InlineData("zst", "Zstandard")]
    public async Task A_file_that_is_not_what_its_ending_says_is_refused(string ending, string name)
    {
        var exception = await Assert.ThrowsAsync<RowsException>(() => ReadAsync(ending, Encoding.UTF8.GetBytes(Content)));
        Assert.Contains($"is no {name}, as its ending says", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_line_that_unpacks_to_more_than_the_limit_is_a_bad_row_in_little_memory(string ending)
    {
        string path = files.PathOf($"a.txt.{ending}");
        await File.WriteAllBytesAsync(path, Pack(ending, new string('x', 1 << 22)), TestContext.Current.CancellationToken);
        await using var reader = new TxtRowReader(new LineReader(new InputSource(path), longest: 1 << 10), RowFiles.Columns());
        long before = GC.GetAllocatedBytesForCurrentThread();
        await foreach (TextRow row in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Contains("it is longer than", row.Error, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 21);
        }
    }

    [Fact]
    public async Task Parquet_within_gzip_is_refused_by_name()
    {
        string path = files.Write("a.parquet.gz", "");
        RowsException exception = await Assert.ThrowsAsync<RowsException>(() => RowReader.OpenAsync(path, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("Parquet has a compression of its own", exception.Message, StringComparison.Ordinal);
    }

    // As the zstd and gzip programs pack, with checksums.
    private static byte[] Pack(string ending, string content)
    {
        var packed = new MemoryStream();
        using (Stream stream = ending == "gz" ? new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true) : Zstandard(packed))
        {
            stream.Write(Encoding.UTF8.GetBytes(content));
            if (content.Length == 0 && ending == "gz")
            {
                // .NET writes no member for nothing.
                packed.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            }
        }

        return packed.ToArray();
    }

    private static CompressionStream Zstandard(Stream packed)
    {
        var stream = new CompressionStream(packed, leaveOpen: true);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return stream;
    }

    private static async Task<TextRow[]> AllAsync(string path)
    {
        await using RowReader reader = await RowReader.OpenAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        return await AllAsync(reader);
    }

    private static async Task<TextRow[]> AllAsync(RowReader reader)
    {
        var rows = new List<TextRow>();
        await foreach (TextRow row in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(row);
        }

        return [.. rows];
    }

    private async Task<TextRow[]> ReadAsync(string ending, byte[] packed)
    {
        string path = files.PathOf($"a.csv.{ending}");
        await File.WriteAllBytesAsync(path, packed, TestContext.Current.CancellationToken);
        return await AllAsync(path);
    }

    private sealed class SingleBytes(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer.Length > 1 ? buffer[..1] : buffer, cancellationToken);
    }
}
