using System.Text;

using Batching.Rows.Inputs;
using CsCheck;
using Sylvan.Data.Csv;
using Xunit;

namespace Batching.Rows.Tests.Inputs;

/// <summary>Every row of an input is a result or a reject, whatever is in it.</summary>
public sealed class EveryRowTests : IDisposable
{
    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];

    private static readonly Gen<string> HostileText = Generators.OneOf(
        "a", "b c", "\0", "\"", "\"\"", ",", "\t", "\u2028", "\u2029", "\u0085", "\uFEFF", "\uFFFF", "\uFFFE", "#", "\\", "'", "é", "😀", "{", " ", "\u001A", "\v", "\f")
        .Array[1, 6].Select(string.Concat);

    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task Lines_end_with_LF_or_CR_or_both(string end)
    {
        foreach (RowFormat format in new[] { RowFormat.Txt, RowFormat.Csv, RowFormat.Tsv, RowFormat.Jsonl })
        {
            string[] texts = ["man", "plan", "six"];
            string[] lines = format switch
            {
                RowFormat.Txt => texts,
                RowFormat.Jsonl => [.. texts.Select(text => $$"""{"text":"{{text}}"}""")],
                _ => ["text", .. texts],
            };
            string content = string.Join(end, lines);
            Assert.Equal(texts, (await RowFiles.ReadAsync(files, format, content)).Select(row => row.Text));
            TextRow[] rows = await RowFiles.ReadAsync(files, format, content + end);
            Assert.Equal(texts, rows.Select(row => row.Text));
            Assert.Equal(content.Length + end.Length, rows[^1].Position);
            Assert.Equal(lines.Length, rows[^1].Line);
        }
    }

    [Fact]
    public async Task Mixed_line_ends_are_told_apart_wherever_the_buffer_ends()
    {
        const string Content = "a\rb\nc\r\nd\n\re\r\r\nf\u2028g\u0085h\n\n";
        string[] expected = ["a", "b", "c", "d", "", "e", "", "f\u2028g\u0085h", ""];
        for (int start = 0; start < 9; start++)
        {
            for (int size = 1; size < 20; size++)
            {
                TextRow[] rows = await RowFiles.ReadAsync(files, RowFormat.Txt, new string('x', start) + "\n" + Content, size);
                Assert.Equal(expected, rows.Skip(1).Select(row => row.Text));
            }
        }
    }

    [Fact]
    public async Task Quotes_and_line_ends_in_quotes_are_read_wherever_the_buffer_ends()
    {
        const string Content = "\"a \"\"b\"\"\",\"1\r\n2\"\r\n\"\"\"\",\"\r\"\n\"\",\"\n\n\"\r\"x,\"\"y\",z";
        (string, string)[] expected = [("a \"b\"", "1\r\n2"), ("\"", "\r"), ("", "\n\n"), ("x,\"y", "z")];
        for (int start = 0; start < 12; start++)
        {
            string header = "text,id" + new string('\n', start + 1);
            for (int size = 1; size < 50; size++)
            {
                TextRow[] rows = await RowFiles.ReadAsync(files, RowFormat.Csv, Encoding.UTF8.GetBytes(header + Content), size, others: "id");
                Assert.Equal(expected, rows.Select(row => (row.Text, row.Kept[0].Text!)));
            }
        }
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("\uFFFF")]
    [InlineData("\uFFFE")]
    [InlineData("#")]
    [InlineData("\uFEFF")]
    [InlineData("\u2028")]
    [InlineData(" ")]
    public async Task A_row_may_begin_with_any_character(string first)
    {
        foreach (RowFormat format in new[] { RowFormat.Txt, RowFormat.Csv, RowFormat.Tsv })
        {
            string content = (format == RowFormat.Txt ? "" : "text\n") + $"man\n{first}plan\nsix\n{first}";
            Assert.Equal(["man", $"{first}plan", "six", first], (await RowFiles.ReadAsync(files, format, content)).Select(row => row.Text));
        }
    }

    [Fact]
    public async Task A_row_of_bytes_that_are_no_UTF_8_is_a_reject()
    {
        foreach (byte[] bytes in new byte[][] { [0xFF], [0xC3], [0xE9, (byte)'x'], [0xED, 0xA0, 0x80], [0xF8], [0xC0, 0x80] })
        {
            foreach (RowFormat format in new[] { RowFormat.Txt, RowFormat.Csv, RowFormat.Tsv, RowFormat.Jsonl })
            {
                (string header, string good) = format switch
                {
                    RowFormat.Txt => ("", "man\n"),
                    RowFormat.Jsonl => ("", "{\"text\":\"man\"}\n"),
                    _ => ("text\n", "man\n"),
                };
                TextRow[] rows = await RowFiles.ReadAsync(
                    files, format, [.. Encoding.UTF8.GetBytes(header + good), .. bytes, (byte)'\n', .. Encoding.UTF8.GetBytes(good)]);
                Assert.Equal([true, false, true], rows.Select(row => row.Error is null));
                Assert.Contains("not valid UTF-8", rows[1].Error, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public async Task Another_encoding_is_named_in_every_format(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        foreach (RowFormat format in new[] { RowFormat.Txt, RowFormat.Csv, RowFormat.Tsv, RowFormat.Jsonl })
        {
            foreach (int bufferSize in new[] { 1, 2, 3, 1 << 16 })
            {
                byte[] content = [.. encoding.GetPreamble(), .. encoding.GetBytes("text\nman\n")];
                var refusal = await Assert.ThrowsAsync<RowsException>(() => RowFiles.ReadAsync(files, format, content, bufferSize));
                Assert.Contains(name[..6].ToUpperInvariant(), refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_mark_of_UTF_8_is_no_text_wherever_the_buffer_ends()
    {
        for (int size = 1; size < 6; size++)
        {
            Assert.Equal(["man"], (await RowFiles.ReadAsync(files, RowFormat.Csv, "\uFEFFtext\nman\n", size)).Select(row => row.Text));
            Assert.Equal(["man"], (await RowFiles.ReadAsync(files, RowFormat.Txt, "\uFEFFman", size)).Select(row => row.Text));
            Assert.Empty(await RowFiles.ReadAsync(files, RowFormat.Txt, "\uFEFF", size));
        }
    }

    [Fact]
    public async Task A_row_above_the_limit_is_a_reject_and_those_after_it_are_read()
    {
        for (int excess = -1; excess < 30; excess++)
        {
            string text = new('x', 40 + excess - 11);
            foreach (RowFormat format in new[] { RowFormat.Txt, RowFormat.Csv, RowFormat.Tsv, RowFormat.Jsonl })
            {
                (string header, Func<string, string> row) = format switch
                {
                    RowFormat.Txt => ("", text => $"{text}{new string('y', 11)}"),
                    RowFormat.Jsonl => ("", text => $$"""{"text":"{{text}}"}"""),
                    _ => ("text\n", new Func<string, string>(text => $"{text}{new string('y', 11)}")),
                };
                foreach (string end in LineEnds)
                {
                    string content = header + string.Join(end, row(""), row(text), row("b"), row(text));
                    foreach (int bufferSize in new[] { 1, 7, 40, 64, 1 << 16 })
                    {
                        TextRow[] rows = await RowFiles.ReadAsync(files, format, content, bufferSize, longest: 40);
                        Assert.Equal([true, excess <= 0, true, excess <= 0], rows.Select(row => row.Error is null));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("\"{0}\",1")]
    [InlineData("\"{0}\n{0}\",1")]
    [InlineData("\"a\n{0}\r{0}\"\"\n\",1")]
    [InlineData("a\"b{0},1")]
    [InlineData("\"a\n\n{0}\n\"\"b\"x,1")]
    public async Task A_record_above_the_limit_ends_where_its_quotes_end(string record)
    {
        string content = $"text,id\nman,1\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, record, new string('x', 100))}\nsix,2\n";
        foreach (int bufferSize in new[] { 1, 10, 64, 1 << 16 })
        {
            TextRow[] rows = await RowFiles.ReadAsync(files, RowFormat.Csv, content, bufferSize, longest: 50);
            Assert.Equal(["man", "", "six"], rows.Select(row => row.Text));
            Assert.Contains("it is longer than", rows[1].Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_line_above_the_limit_of_a_stream_without_end_is_told_at_once()
    {
        var lines = new LineReader(new InputSource("/dev/zero"), longest: 1 << 17);
        await using var reader = new CsvRowReader(lines, RowFiles.Columns());
        var refusal = await Assert.ThrowsAsync<RowsException>(async () =>
        {
            await foreach (TextRow row in reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                Assert.Fail(row.Text);
            }
        });
        Assert.Contains("line 1: it is longer than", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.csv", "")]
    [InlineData("a.csv", "\n\r\n")]
    [InlineData("a.tsv", "")]
    [InlineData("a.tsv", "\uFEFF")]
    public async Task A_table_without_a_header_is_refused(string name, string content)
    {
        RowFormat format = name == "a.csv" ? RowFormat.Csv : RowFormat.Tsv;
        var refusal = await Assert.ThrowsAsync<RowsException>(() => RowFiles.ReadAsync(files, format, content));
        Assert.Equal((true, true), (refusal.IsRefusal, refusal.Message.Contains("is empty", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_file_without_rows_has_none()
    {
        Assert.Empty(await RowFiles.ReadAsync(files, RowFormat.Txt, ""));
        Assert.Empty(await RowFiles.ReadAsync(files, RowFormat.Jsonl, "\n \n"));
        Assert.Empty(await RowFiles.ReadAsync(files, RowFormat.Csv, "text,id"));
        Assert.Empty(await RowFiles.ReadAsync(files, RowFormat.Tsv, "text\tid\n"));
    }

    [Theory]
    [InlineData("text,id,text\na,1,b\n")]
    [InlineData("text\tid\ttext\na\t1\tb\n")]
    public async Task A_column_that_is_there_twice_is_refused_by_name(string content)
    {
        RowFormat format = content.Contains('\t', StringComparison.Ordinal) ? RowFormat.Tsv : RowFormat.Csv;
        var refusal = await Assert.ThrowsAsync<RowsException>(() => RowFiles.ReadAsync(files, format, content));
        Assert.Contains("2 columns 'text'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"\ud800":1,"text":"a"}""")]
    [InlineData("""{"text":"a","\udc00x":1}""")]
    [InlineData("""{"text":"a","tex\ud83d":1}""")]
    [InlineData("""{"text":"\ud83d"}""")]
    public async Task Half_a_surrogate_pair_is_a_bad_row(string line)
    {
        TextRow[] rows = await RowFiles.ReadAsync(files, RowFormat.Jsonl, Encoding.UTF8.GetBytes($"{{\"text\":\"man\"}}\n{line}\n{{\"text\":\"six\"}}\n"), others: "text");
        Assert.Equal(["man", "", "six"], rows.Select(row => row.Text));
        Assert.Contains("half of a surrogate pair", rows[1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_in_are_results_and_rejects_of_every_text_format() => Check.Sample(
        Gen.Select(HostileText.Array[0, 8], Generators.OneOf(LineEnds).Array[9], Gen.Int[1, 40], Gen.Bool),
        (texts, ends, bufferSize, isLastEnded) =>
        {
            string content = string.Concat(texts.Select((text, index) => text + (index < texts.Length - 1 || isLastEnded ? ends[index] : "")));
            int mark = content.StartsWith('\uFEFF') ? 1 : 0;
            string[] lines = [.. texts];
            if (mark > 0)
            {
                lines[0] = lines[0][1..];
            }

            string[] txt = lines.Length > 0 && lines[^1].Length == 0 && !isLastEnded ? lines[..^1] : lines;
            Assert.Equal(txt, Read(RowFormat.Txt, content).Select(row => row.Text));

            TextRow[] tsv = Read(RowFormat.Tsv, $"text\tid\n{content}");
            Assert.Equal(texts.Length, tsv.Length);
            Assert.Equal(texts.Count(text => text.Count(c => c == '\t') == 1), tsv.Count(row => row.Error is null));

            Assert.Equal(lines.Count(line => line.AsSpan().ContainsAnyExcept(" \t")), Read(RowFormat.Jsonl, content).Length);

            string quoted = string.Concat(texts.Select((text, index) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}{ends[index]}\",x{ends[index]}"));
            Assert.Equal(texts.Select((text, index) => text + ends[index]), Read(RowFormat.Csv, $"text,id\n{quoted}").Select(row => row.Text));

            TextRow[] Read(RowFormat format, string text) => RowFiles.ReadAsync(files, format, text, bufferSize).GetAwaiter().GetResult();
        },
        seed: Generators.Seed, iter: 400, threads: 1);

    [Fact]
    public void Csv_is_read_as_Sylvan_reads_it() => Check.Sample(
        Gen.Select(Generators.OneOf("a", "b c", "é", "😀", "\"", ",", "\n", "\r\n", "\r", "'", "").Array[0, 5].Select(string.Concat).Array[2].Array[1, 6], Gen.Int[1, 30]),
        (records, bufferSize) =>
        {
            string content = "text,id\n" + string.Concat(records.Select(record => $"{Quoted(record[0])},{Quoted(record[1])}\n"));
            TextRow[] rows = RowFiles.ReadAsync(files, RowFormat.Csv, Encoding.UTF8.GetBytes(content), bufferSize, others: "id").GetAwaiter().GetResult();
            using var sylvan = CsvDataReader.Create(new StringReader(content));
            foreach (TextRow row in rows)
            {
                Assert.True(sylvan.Read());
                Assert.Equal((sylvan.GetString(0), sylvan.GetString(1)), (row.Text, row.Kept[0].Text));
            }

            Assert.False(sylvan.Read());

            static string Quoted(string field) =>
                field.AsSpan().ContainsAny("\",\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
        },
        seed: Generators.Seed, iter: 400, threads: 1);
}
