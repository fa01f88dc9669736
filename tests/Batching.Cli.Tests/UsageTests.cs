using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Command lines that cannot be carried out, and models that cannot be loaded: one sentence and a code of their own.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("--no-such-option", "'--no-such-option'")]
    [InlineData("classify --input", "'--input'", "classify --help")]
    [InlineData("classify --precision fp64", "'fp64'", "'int8'", "'fp32'")]
    [InlineData("classify --precision fp32", "--precision fp32", "--model")]
    [InlineData("logits --precision fp32", "--precision fp32", "--model")]
    [InlineData("classify --top-k 0 --input a.csv", "best 0 labels", "--top-k")]
    [InlineData("classify --input a.xlsx", "'a.xlsx'", ".csv", "--input-format")]
    [InlineData("classify --output a.xlsx", "'a.xlsx'", ".jsonl", "--output-format")]
    [InlineData("classify --output a.txt", "'a.txt'", "--output-format")]
    [InlineData("classify --input a.csv --output b.csv.gz", "--output", "Leave the ending '.gz' out")]
    [InlineData("classify --output b.jsonl --resume", "--resume", "stdin")]
    [InlineData("classify --input a.csv --resume", "--resume", "stdout")]
    [InlineData("classify --on-error skip", "--rejects")]
    [InlineData("classify --rejects a.jsonl", "--on-error skip")]
    [InlineData("classify --output-format parquet", "stdout")]
    [InlineData("classify --input-format parquet", "stdin")]
    [InlineData("classify --input no-such-file.csv", "'no-such-file.csv' does not exist")]
    [InlineData("classify --input a.jsonl --output a.jsonl", "a.jsonl", "twice")]
    [InlineData("evaluate no-such-file.tsv", "'no-such-file.tsv' does not exist")]
    [InlineData("evaluate", "'evaluate --help'")]
    [InlineData("", "'--help'")]
    public async Task A_command_line_that_cannot_be_carried_out_ends_with_2(string commandLine, params string[] words) =>
        (await Tool.RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Failed(2, words);

    [Theory]
    [InlineData("a.csv", "id,body\n1,a\n", "", "has no column text or sentence or content", "id, body", "--column")]
    [InlineData("a.tsv", "id\tbody\n1\ta\n", "--column txt", "has no column 'txt'", "id, body")]
    [InlineData("a.csv", "id,body\n1,a\n", "--column body --pair-column pair", "has no column 'pair'")]
    [InlineData("a.csv", "id,body\n1,a\n", "--column body --keep date", "has no column 'date'")]
    [InlineData("a.csv", "id,body\n1,a\n", "--column body --keep id --keep id", "'id'", "--keep")]
    [InlineData("a.csv", "", "", "is empty")]
    [InlineData("a.tsv", "", "", "is empty")]
    [InlineData("a.txt", "a\n", "--top-k 3", "best 3 labels", "2 labels", "--top-k")]
    public async Task A_column_that_is_not_there_ends_with_2_and_leaves_the_output_alone(
        string name, string content, string options, params string[] words)
    {
        string source = files.Write(name, content);
        string labels = files.Write("labels.jsonl", "precious");
        (await Tool.RunAsync(
            ["classify", "--input", source, "--output", labels, "--model", Tool.SmallModel, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]))
            .Failed(2, words);
        Assert.Equal("precious", files.Read("labels.jsonl"));
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("tokenize")]
    [InlineData("logits")]
    [InlineData("explain text")]
    public async Task A_model_that_cannot_be_loaded_ends_with_3(string commandLine)
    {
        string folder = files.PathOf("no-such-model");
        (await Tool.RunAsync([.. commandLine.Split(' '), "--model", folder])).Failed(3, folder, "does not exist");
    }

    [Fact]
    public async Task A_file_that_is_no_Parquet_is_said_to_be_none()
    {
        string source = files.Write("a.parquet", "text\nThis is no Parquet.\n");
        (await Tool.RunAsync("classify", "--input", source, "--model", Tool.SmallModel)).Failed(1, source, "is not a Parquet file");
    }

    [Fact]
    public async Task Help_shows_the_exit_codes()
    {
        ToolResult result = await Tool.RunAsync("--help");
        Assert.Contains("130", result.Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }
}
