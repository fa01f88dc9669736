using System.Text;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace Batching.Rows.Tests.Inputs;

/// <summary>The ranges of a file together have its rows, each with the number, line and position that it has in the file.</summary>
public sealed class RowRangeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("batching-ranges-");

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.tsv")]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    public async Task Ranges_of_every_size_have_the_rows_of_the_whole(string name)
    {
        var random = new Random(31);
        for (int round = 0; round < 60; round++)
        {
            string path = Write(name, Content(name, random));
            Row[] whole = await ReadAsync(path);
            for (int rowsPerRange = 1; rowsPerRange <= whole.Length + 1; rowsPerRange += 1 + (rowsPerRange / 3))
            {
                IReadOnlyList<RowRange> ranges = await RowRanges.FindAsync(path, rowsPerRange, cancellationToken: TestEnd);
                List<Row> parts = [];
                foreach (RowRange range in ranges)
                {
                    Row[] rows = await ReadAsync(path, new RowReaderOptions { Range = range });
                    Assert.Equal(range.FirstRow, rows[0].Number);
                    parts.AddRange(rows);
                }

                Assert.Equal(whole, parts);
                Assert.Equal(new FileInfo(path).Length, ranges[^1].End);
            }
        }
    }

    [Fact]
    public async Task Ranges_of_Parquet_are_whole_row_groups()
    {
        string path = Path.Combine(folder.FullName, "a.parquet");
        var text = new DataField<string>("text");
        await using (FileStream file = File.Create(path))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text), file, cancellationToken: TestEnd))
        {
            foreach (string[] texts in new[] { new[] { "a", "b", "c" }, ["d"], ["e", "f"] })
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync(text, texts!);
            }
        }

        Row[] whole = await ReadAsync(path);
        IReadOnlyList<RowRange> ranges = await RowRanges.FindAsync(path, rowsPerRange: 1, cancellationToken: TestEnd);
        Assert.Equal([1, 4, 5], ranges.Select(range => range.FirstRow));
        List<Row> parts = [];
        foreach (RowRange range in ranges)
        {
            parts.AddRange(await ReadAsync(path, new RowReaderOptions { Range = range }));
        }

        Assert.Equal(whole, parts);
        Assert.Single(await RowRanges.FindAsync(path, rowsPerRange: long.MaxValue, cancellationToken: TestEnd));
    }

    [Fact]
    public async Task A_file_that_has_changed_or_cannot_be_sought_in_is_refused()
    {
        string path = Write("a.txt", "one\ntwo\n");
        RowRange range = Assert.Single(await RowRanges.FindAsync(path, rowsPerRange: 10, cancellationToken: TestEnd));
        File.AppendAllText(path, "three\n");
        var refusal = await Assert.ThrowsAsync<RowsException>(() => ReadAsync(path, new RowReaderOptions { Range = range }));
        Assert.Contains("has 14 bytes, and the range is of a file of 8", refusal.Message, StringComparison.Ordinal);

        string packed = Path.Combine(folder.FullName, "a.txt.gz");
        await using (var file = new System.IO.Compression.GZipStream(File.Create(packed), System.IO.Compression.CompressionMode.Compress))
        {
            file.Write("one\ntwo\n"u8);
        }

        refusal = await Assert.ThrowsAsync<RowsException>(() => RowRanges.FindAsync(packed, rowsPerRange: 10, cancellationToken: TestEnd));
        Assert.Contains("compressed or a pipe", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RowRanges.FindAsync(path, rowsPerRange: 0, cancellationToken: TestEnd));
        await Assert.ThrowsAsync<ArgumentException>(() => RowReader.OpenAsync(Stream.Null, RowFormat.Txt, new RowReaderOptions { Range = range }, cancellationToken: TestEnd));
    }

    [Fact]
    public async Task The_column_of_the_text_is_the_whole_files_in_every_range()
    {
        string path = Write("a.jsonl", """
            {"text":"a","content":"x"}
            {"content":"y"}
            {"text":"b","content":"z"}
            """);
        IReadOnlyList<RowRange> ranges = await RowRanges.FindAsync(path, rowsPerRange: 1, cancellationToken: TestEnd);
        Assert.Equal(3, ranges.Count);
        Row second = Assert.Single(await ReadAsync(path, new RowReaderOptions { Range = ranges[1] }));
        Assert.NotNull(second.Error);
        Assert.Equal("b", Assert.Single(await ReadAsync(path, new RowReaderOptions { Range = ranges[2] })).Text);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static string Content(string name, Random random)
    {
        string[] ends = ["\n", "\r\n", "\r"];
        string[] pieces = ["a", "b c", "é", "😀", "'", "\uFEFF", "\u001F\u008B", "", "x,y", "\"q\""];
        var content = new StringBuilder(random.Next(2) == 0 ? "\uFEFF" : "");
        content.Append(name switch
        {
            "a.csv" => "id,text\n",
            "a.tsv" => "id\ttext\n",
            _ => "",
        });
        int rows = random.Next(1, 14);
        for (int row = 0; row < rows; row++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => pieces[random.Next(pieces.Length)]));
            string end = ends[random.Next(ends.Length)];
            content.Append(name switch
            {
                "a.csv" => $"{row},\"{(text + (random.Next(3) == 0 ? end + "more" : "")).Replace("\"", "\"\"", StringComparison.Ordinal)}\"{(random.Next(5) == 0 ? ",torn" : "")}",
                "a.tsv" => $"{row}\t{text}",
                "a.txt" => text,
                _ => random.Next(5) == 0 ? "{torn" : $$"""{"text":"{{text.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\u001F", "", StringComparison.Ordinal)}}"}""",
            });
            content.Append(row < rows - 1 || random.Next(2) == 0 ? end : "");
            content.Append(name != "a.txt" && random.Next(4) == 0 ? end : "");
        }

        return content.Append(name == "a.txt" ? "end" : "").ToString();
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }

    private static async Task<Row[]> ReadAsync(string path, RowReaderOptions? options = null)
    {
        await using RowReader reader = await RowReader.OpenAsync(path, options, TestEnd);
        List<Row> rows = [];
        await foreach (TextRow row in reader.ReadAsync(TestEnd))
        {
            rows.Add(new Row(row.Number, row.Line, row.Position, row.Text, row.Error, row.Content));
        }

        return [.. rows];
    }

    private sealed record Row(long Number, long Line, long Position, string Text, string? Error, string? Content);
}
