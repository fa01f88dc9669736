using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;
using Sylvan.Data.Csv;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Every format that is read and written, with the labels that the library gives.</summary>
public sealed class FormatsTests : IDisposable
{
    private static readonly string[] Texts = ["a man, a plan", "say \"no\"", "", "één 中", "  six 6  ", "a; b - c's!"];

    private static readonly Lazy<IReadOnlyList<Classification>> Expected = new(() =>
    {
        using var classifier = SequenceClassifier.Load(Tool.SmallModel);
        return classifier.Classify(Texts);
    });

    private readonly Workspace files = new();

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string input in new[] { "txt", "csv", "tsv", "jsonl", "parquet" })
            {
                foreach (string output in new[] { "csv", "jsonl", "parquet" })
                {
                    data.Add(input, output);
                }
            }

            return data;
        }
    }

    public void Dispose() => files.Dispose();

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Every_format_gives_the_librarys_labels(string input, string output)
    {
        string source = await WriteInputAsync(input);
        string result = files.PathOf($"labels.{output}");
        (await Tool.RunAsync(
            "classify", "--input", source, "--output", result, "--model", Tool.SmallModel, "--keep", "text", "--top-k", "2", "--logits"))
            .Succeeded();

        (long Row, string Text, string Label, float Score, string Label2, float Score2, float[] Logits)[] rows = await ReadOutputAsync(result);
        Assert.Equal(Texts.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Classification expected = Expected.Value[i];
            Assert.Equal(i + 1, rows[i].Row);
            Assert.Equal(Texts[i], rows[i].Text);
            Assert.Equal(expected.Label, rows[i].Label);
            Assert.Equal(expected.Score, rows[i].Score);
            Assert.Equal(1 - expected.LabelIndex, Array.IndexOf(["NEGATIVE", "POSITIVE"], rows[i].Label2));
            Assert.Equal(expected.Scores.Span[1 - expected.LabelIndex], rows[i].Score2);
            Assert.Equal(expected.Logits.ToArray(), rows[i].Logits);
        }
    }

    [Fact]
    public async Task Stdin_and_stdout_are_txt_and_jsonl()
    {
        ToolResult result = await Tool.RunWithInputAsync(string.Join('\n', Texts), "classify", "--model", Tool.SmallModel);
        JsonObject[] rows = [.. result.Succeeded().Lines.Select(line => JsonNode.Parse(line)!.AsObject())];
        Assert.Equal(["row", "label", "score"], rows[0].Select(property => property.Key));
        Assert.Equal(Expected.Value.Select(expected => expected.Score), rows.Select(row => (float)row["score"]!));
    }

    [Fact]
    public async Task Stdin_and_stdout_take_the_formats_that_they_are_given()
    {
        ToolResult result = await Tool.RunWithInputAsync(
            "body,id\n\"two\nlines\",x\n",
            "classify", "--model", Tool.SmallModel, "--input-format", "csv", "--output-format", "csv", "--column", "body", "--keep", "body", "--keep", "id");
        Assert.StartsWith("row,body,id,label,score\n1,\"two\nlines\",x,", result.Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pairs_are_read_from_two_columns()
    {
        using var classifier = SequenceClassifier.Load(Repository.Contract("bert-cased-pairs"));
        Classification expected = classifier.Classify(("A man", "A plan"));
        string source = files.Write("pairs.jsonl", """{"premise": "A man", "hypothesis": "A plan"}""");
        ToolResult result = await Tool.RunAsync(
            "classify", "-i", source, "--column", "premise", "--pair-column", "hypothesis", "--logits", "--model", Repository.Contract("bert-cased-pairs"));
        JsonNode row = JsonNode.Parse(Assert.Single(result.Succeeded().Lines))!;
        Assert.Equal(expected.Label, (string)row["label"]!);
        Assert.Equal(expected.Logits.ToArray(), row["logits"]!.Floats());
    }

    [Theory]
    [InlineData("csv", "a,b\nA man,\n,A plan\n\"\",\"\"\n")]
    [InlineData("tsv", "a\tb\nA man\t\n\tA plan\n\t\n")]
    [InlineData("jsonl", """
        {"a":"A man","b":""}
        {"a":"","b":"A plan"}
        {"a":"","b":""}
        """)]
    public async Task A_pair_of_which_a_text_is_empty_is_a_pair(string format, string content)
    {
        using var classifier = SequenceClassifier.Load(Repository.Contract("bert-cased-pairs"));
        Classification[] expected = [classifier.Classify(("A man", "")), classifier.Classify(("", "A plan")), classifier.Classify(("", ""))];
        Assert.NotEqual(classifier.Classify("A man").Logits.ToArray(), expected[0].Logits.ToArray());
        string source = files.Write($"empty.{format}", content);
        ToolResult result = await Tool.RunAsync(
            "classify", "-i", source, "--column", "a", "--pair-column", "b", "--logits", "--model", Repository.Contract("bert-cased-pairs"));
        Assert.Equal(
            expected.Select(one => one.Logits.ToArray()),
            result.Succeeded().Lines.Select(line => JsonNode.Parse(line)!["logits"]!.Floats()));
    }

    [Fact]
    public async Task A_second_text_that_is_null_is_no_text()
    {
        string source = files.Write("null.jsonl", "{\"a\":\"A man\",\"b\":\"\"}\n{\"a\":\"A man\",\"b\":null}\n");
        ToolResult result = await Tool.RunAsync(
            "classify", "-i", source, "--column", "a", "--pair-column", "b", "--model", Repository.Contract("bert-cased-pairs"));
        result.Failed(1, "line 2", "its \"b\" is null");
    }

    [Fact]
    public async Task A_kept_column_whose_name_is_a_results_gets_another()
    {
        string source = files.Write("a.jsonl", """{"text": "a", "label": 1, "row": null, "more": {"x": [1, "\u00e9"]}}""");
        ToolResult result = await Tool.RunAsync(
            "classify", "-i", source, "--keep", "label", "--keep", "row", "--keep", "more", "--model", Tool.SmallModel);
        Assert.StartsWith("""{"row":1,"input_label":1,"input_row":null,"more":{"x": [1, "\u00e9"]},"label":""", result.Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_a_shell_made_of_a_pattern_are_read_as_one()
    {
        string a = files.Write("in-a.csv", "text\nman\n");
        string b = files.Write("in-b.csv", "text\nplan\n");
        string[] commands = [$"classify|{a}|{b}", $"classify|-i|{a}|{b}", $"classify|-i|{a}|-i|{b}", $"classify|{files.PathOf("in-*.csv")}"];
        foreach (string command in commands)
        {
            ToolResult result = await Tool.RunAsync([.. command.Split('|'), "--model", Tool.SmallModel]);
            Assert.Equal([$"{{\"row\":1,\"file\":\"{a}\",\"file_row\":1", $"{{\"row\":2,\"file\":\"{b}\",\"file_row\":1"], result.Succeeded().Lines.Select(line => line.Split(",\"label\"")[0]));
        }
    }

    [Fact]
    public async Task Numbers_dates_and_nulls_of_Parquet_are_carried_over()
    {
        var text = new DataField<string>("text");
        var number = new DataField<int?>("number");
        var real = new DataField<double>("real");
        var flag = new DataField<bool>("flag");
        var date = new DataField<DateTime>("date");
        string source = files.PathOf("a.parquet");
        await using (FileStream stream = File.Create(source))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, number, real, flag, date), stream);
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await rows.WriteAsync(text, ["man", null!, "plan"]);
            await rows.WriteAsync<int>(number, new int?[] { 1, 2, null }.AsMemory());
            await rows.WriteAsync<double>(real, new[] { 0.5, 0, double.NaN }.AsMemory());
            await rows.WriteAsync<bool>(flag, new[] { true, false, false }.AsMemory());
            await rows.WriteAsync<DateTime>(date, Enumerable.Repeat(new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc), 3).ToArray().AsMemory());
        }

        string[] arguments = ["classify", "-i", source, "--keep", "number", "--keep", "real", "--keep", "flag", "--keep", "date", "--model", Tool.SmallModel];
        (await Tool.RunAsync(arguments)).Failed(1, $"{source}, row 2: its text is null.");
        string rejects = files.PathOf("rejects.jsonl");
        ToolResult result = await Tool.RunAsync([.. arguments, "--on-error", "skip", "--rejects", rejects]);
        Assert.Collection(
            result.Succeeded().Lines,
            line => Assert.StartsWith("""{"row":1,"number":1,"real":0.5,"flag":true,"date":"2026-01-02T00:00:00.0000000""", line, StringComparison.Ordinal),
            line => Assert.StartsWith("""{"row":3,"number":null,"real":"NaN","flag":false,"date":""", line, StringComparison.Ordinal));
        Assert.Equal("{\"row\":2,\"error\":\"its text is null\"}\n", files.Read("rejects.jsonl"));
    }

    [Fact]
    public async Task Byte_order_marks_blank_lines_and_both_line_ends_are_no_text()
    {
        string source = files.Write("a.csv", "\uFEFFtext\r\nman\r\n\r\nplan\n\nsix");
        ToolResult result = await Tool.RunAsync("classify", "-i", source, "--keep", "text", "--output-format", "csv", "--model", Tool.SmallModel);
        Assert.Equal(["row", "1,man", "2,plan", "3,six"], result.Succeeded().Lines.Select(line => string.Join(',', line.Split(',')[..(line.StartsWith('r') ? 1 : 2)])));
    }

    [Fact]
    public async Task The_default_model_needs_no_option()
    {
        ToolResult result = await Tool.RunWithInputAsync("I love this!\nI hate this so much!\n", "classify");
        Assert.Equal(["POSITIVE", "NEGATIVE"], result.Succeeded().Lines.Select(line => (string)JsonNode.Parse(line)!["label"]!));
    }

    [Fact]
    public async Task A_run_leaves_nothing_but_its_output()
    {
        string source = await WriteInputAsync("txt");
        string result = files.PathOf("labels.jsonl");
        (await Tool.RunAsync("classify", "-i", source, "-o", result, "--model", Tool.SmallModel)).Succeeded();
        Assert.Equal(["labels.jsonl", "texts.txt"], Directory.EnumerateFiles(Path.GetDirectoryName(source)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private async Task<string> WriteInputAsync(string format)
    {
        string path = files.PathOf($"texts.{format}");
        switch (format)
        {
            case "txt":
                return files.Write("texts.txt", string.Join('\n', Texts) + "\n");
            case "csv":
                return files.Write("texts.csv", "id,text\n" + string.Concat(Texts.Select(text => $"7,\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n")));
            case "tsv":
                return files.Write("texts.tsv", "id\ttext\n" + string.Concat(Texts.Select(text => $"7\t{text}\n")));
            case "jsonl":
                return files.Write("texts.jsonl", string.Concat(Texts.Select(text => new JsonObject { ["text"] = text }.ToJsonString() + "\n")));
            default:
                var text = new DataField<string>("text");
                await using (FileStream stream = File.Create(path))
                {
                    await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text), stream);
                    foreach (string[] group in Texts.Chunk(4))
                    {
                        using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                        await rows.WriteAsync(text, group);
                    }
                }

                return path;
        }
    }

    private static async Task<(long Row, string Text, string Label, float Score, string Label2, float Score2, float[] Logits)[]> ReadOutputAsync(string path)
    {
        switch (Path.GetExtension(path))
        {
            case ".jsonl":
                return [.. JsonLines.Read(path).Select(row => (
                    (long)row["row"]!, (string)row["text"]!, (string)row["label"]!, (float)row["score"]!,
                    (string)row["labels"]![1]!, row["scores"]!.Floats()[1], row["logits"]!.Floats()))];
            case ".csv":
                await using (CsvDataReader csv = await CsvDataReader.CreateAsync(path))
                {
                    Assert.Equal(
                        ["row", "text", "label", "score", "label_2", "score_2", "logit_NEGATIVE", "logit_POSITIVE"],
                        Enumerable.Range(0, csv.FieldCount).Select(csv.GetName));
                    var rows = new List<(long, string, string, float, string, float, float[])>();
                    while (await csv.ReadAsync())
                    {
                        rows.Add((csv.GetInt64(0), csv.GetString(1), csv.GetString(2), csv.GetFloat(3), csv.GetString(4), csv.GetFloat(5), [csv.GetFloat(6), csv.GetFloat(7)]));
                    }

                    return [.. rows];
                }

            default:
                await using (ParquetReader parquet = await ParquetReader.CreateAsync(path))
                {
                    DataField[] fields = parquet.Schema.DataFields;
                    using ParquetRowGroupReader group = parquet.OpenRowGroupReader(0);
                    int count = (int)group.RowCount;
                    var numbers = new long[count];
                    await group.ReadAsync<long>(fields[0], numbers.AsMemory());
                    string[][] texts = [await StringsAsync(1), await StringsAsync(2), await StringsAsync(4)];
                    float[][] floats = [await FloatsAsync(3), await FloatsAsync(5), await FloatsAsync(6), await FloatsAsync(7)];
                    return [.. numbers.Select((number, i) => (
                        number, texts[0][i], texts[1][i], floats[0][i], texts[2][i], floats[1][i], new[] { floats[2][i], floats[3][i] }))];

                    async Task<string[]> StringsAsync(int field)
                    {
                        var values = new string[count];
                        await group.ReadAsync(fields[field], values.AsMemory()!);
                        return values;
                    }

                    async Task<float[]> FloatsAsync(int field)
                    {
                        var values = new float[count];
                        await group.ReadAsync<float>(fields[field], values.AsMemory());
                        return values;
                    }
                }
        }
    }
}
