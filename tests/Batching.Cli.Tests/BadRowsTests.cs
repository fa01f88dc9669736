using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Rows that cannot be read: named by their line, and the end of the run or set aside.</summary>
public sealed class BadRowsTests : IDisposable
{
    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("a.csv", "text,id\nman,1\nplan\nsix,3\n", 3, "it has 1 fields, and the header has 2")]
    [InlineData("a.csv", "text,id\n\"two\nlines\",1\n\nplan,2,3\nsix,3\n", 5, "it has 3 fields, and the header has 2")]
    [InlineData("a.csv", "text,id\nman,1\n\"plan\"x,2\nsix,3\n", 3, "a quote in it is not closed, or something follows a closing quote")]
    [InlineData("a.csv", "text,id\nman,1\nsix,2\n\"plan,2\nsix,3\n", 4, "a quote in it is not closed, or something follows a closing quote")]
    [InlineData("a.tsv", "text\tid\nman\t1\nplan\nsix\t3\n", 3, "it has 1 fields, and the header has 2")]
    [InlineData("a.jsonl", "{\"text\":\"man\"}\n\n{\"text\":\"plan\"\n{\"text\":\"six\"}\n", 3, "it is not valid JSON at byte 15")]
    [InlineData("a.jsonl", "{\"text\":\"man\"}\n[\"plan\"]\n{\"text\":\"six\"}\n", 2, "it is no JSON object")]
    [InlineData("a.jsonl", "{\"text\":\"man\"}\n{\"id\":1}\n{\"text\":\"six\"}\n", 2, "it has no \"text\"")]
    [InlineData("a.jsonl", "{\"text\":\"man\"}\n{\"text\":null}\n{\"text\":\"six\"}\n", 2, "its \"text\" is null and not a string")]
    [InlineData("a.jsonl", "{\"text\":\"man\"}\n{\"\\ud800\":1,\"text\":\"a\"}\n{\"text\":\"six\"}\n", 2, "a name in it has half of a surrogate pair")]
    [InlineData("a.jsonl", "{\"text\":\"man\"}\n{\"text\":\"\\ud83d\"}\n{\"text\":\"six\"}\n", 2, "its \"text\" has half of a surrogate pair")]
    public async Task A_bad_row_is_named_by_its_line_and_ends_the_run_after_the_rows_before_it(string name, string content, int line, string error)
    {
        string source = files.Write(name, content);
        ToolResult result = await Tool.RunAsync("classify", "-i", source, "--model", Tool.SmallModel);
        result.Failed(1, $"{source}, line {line}: {error}.", "--on-error skip");
        Assert.Equal(content.Contains("six,2", StringComparison.Ordinal) ? 2 : 1, result.Lines.Length);
    }

    [Theory]
    [InlineData("a.txt", "man\n")]
    [InlineData("a.csv", "text\nman\n")]
    [InlineData("a.tsv", "text\nman\n")]
    [InlineData("a.jsonl", "{\"text\": \"man\"}\n")]
    public async Task Bytes_that_are_no_UTF_8_are_a_bad_row(string name, string content)
    {
        string source = files.Write(name, content);
        await File.AppendAllBytesAsync(source, [(byte)'x', 0xE9, (byte)'\n'], TestContext.Current.CancellationToken);
        ToolResult result = await Tool.RunAsync("classify", "-i", source, "--model", Tool.SmallModel);
        result.Failed(1, $"{source}, line {(content.Contains("text\n", StringComparison.Ordinal) ? 3 : 2)}: it is not valid UTF-8");
        Assert.Single(result.Lines);
    }

    [Fact]
    public async Task Skipped_rows_go_to_the_rejects_and_the_others_keep_their_numbers()
    {
        string source = files.Write("a.csv", "text,id\nman,1\nplan\nsix,3\n\"x\"y,4\n\"z\nz\",5\n");
        string labels = files.PathOf("labels.csv");
        ToolResult result = await Tool.RunAsync("classify", "-i", source, "-o", labels, "--on-error", "skip", "--model", Tool.SmallModel);
        Assert.Contains($"2 rows were skipped; they are in '{labels}.rejects.jsonl'.", result.Succeeded().Error, StringComparison.Ordinal);
        Assert.Equal(["row", "1", "3", "5"], (await File.ReadAllLinesAsync(labels, TestContext.Current.CancellationToken)).Select(line => line.Split(',')[0]));
        Assert.Equal(
            """
            {"row":2,"line":3,"error":"it has 1 fields, and the header has 2","content":"plan"}
            {"row":4,"line":5,"error":"a quote in it is not closed, or something follows a closing quote","content":"\"x\"y,4"}

            """.ReplaceLineEndings("\n"),
            files.Read("labels.csv.rejects.jsonl"));
    }

    [Fact]
    public async Task Rejects_go_where_they_are_told_to_and_are_there_when_there_are_none()
    {
        string rejects = files.PathOf("bad.jsonl");
        (await Tool.RunWithInputAsync("man\n", "classify", "--on-error", "skip", "--rejects", rejects, "--model", Tool.SmallModel)).Succeeded();
        Assert.Equal("", files.Read("bad.jsonl"));
    }

    [Fact]
    public async Task A_line_of_the_wrong_kind_on_stdin_is_named()
    {
        foreach (string command in new[] { "tokenize", "logits" })
        {
            ToolResult result = await Tool.RunWithInputAsync("{\"text\": \"a\"}\nplain\n", command, "--model", Tool.SmallModel);
            result.Failed(1, "stdin, line 2: it is not valid JSON at byte 1.");
            Assert.NotNull(JsonNode.Parse(Assert.Single(result.Lines)));
        }
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("quantize")]
    [InlineData("tokenize")]
    [InlineData("logits")]
    public async Task Every_command_that_reads_texts_names_a_bad_line(string command)
    {
        const string Content = "{\"text\":\"a man\",\"label\":1}\n{\"\\ud800\":1,\"text\":\"a\",\"label\":1}\n";
        string source = files.Write("a.jsonl", Content);
        ToolResult result = command switch
        {
            "evaluate" => await Tool.RunAsync(command, source, "--model", Tool.SmallModel),
            "quantize" => await Tool.RunAsync(command, "--model", Tool.SmallModel, "--activations", source, "--output", files.PathOf("int8")),
            _ => await Tool.RunWithInputAsync(Content, command, "--model", Tool.SmallModel),
        };

        // Before it there may be a line that says how far the command came.
        string error = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        (result with { Error = error }).Failed(1, "line 2: a name in it has half of a surrogate pair.");
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("quantize")]
    public async Task Every_command_that_reads_files_refuses_a_damaged_one_in_a_line(string command)
    {
        string source = Path.Combine(Repository.Root, "tests", "Batching.Rows.Tests", "Inputs", "Parquet", "crash29.parquet");
        ToolResult result = command == "evaluate"
            ? await Tool.RunAsync(command, source, "--model", Tool.SmallModel)
            : await Tool.RunAsync(command, "--model", Tool.SmallModel, "--activations", source, "--output", files.PathOf("int8"));
        result.Failed(1, source, "is not a Parquet file that can be read");
    }

    [Theory]
    [InlineData("crash10.parquet", 1, "3 rows of row group 1")]
    [InlineData("crash29.parquet", 1, "is not a Parquet file that can be read")]
    [InlineData("flip.parquet", 1, "5 rows of row group 1")]
    [InlineData("z-lz4.parquet", 2, "LZ4 in Hadoop's frames")]
    public async Task Files_that_broke_the_program_are_refused_in_a_line(string name, int exitCode, string words)
    {
        string path = Path.Combine(Repository.Root, "tests", "Batching.Rows.Tests", "Inputs", "Parquet", name);
        ToolResult result = await Tool.RunAsync("classify", "-i", path, "--model", Tool.SmallModel);
        result.Failed(exitCode, path, words);
        Assert.Empty(result.Lines);
    }
}
