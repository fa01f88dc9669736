using System.Diagnostics;
using System.Globalization;
using System.Text;
using Batching.Tests.Hub;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Killed at any moment and started again, a run gives the bytes of one that was left alone.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Rows = 12_000;
    private const int Kills = 5;

    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("jsonl", false, 1)]
    [InlineData("jsonl", true, 2)]
    [InlineData("csv", false, 3)]
    [InlineData("csv", true, 4)]
    public async Task Killed_again_and_again_it_gives_the_bytes_of_an_undisturbed_run(string format, bool hasBadRows, int seed)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var random = new Random(seed);
        string source = files.Write("texts.csv", Input(random, hasBadRows));
        string undisturbed = files.PathOf($"undisturbed.{format}");
        (await Tool.RunAsync(Arguments(source, undisturbed))).Succeeded();
        long whole = new FileInfo(undisturbed).Length;

        string output = files.PathOf($"killed.{format}");
        using var growing = new GrowingFile(output);
        for (int kill = 0; kill < Kills; kill++)
        {
            // The first run is not told that it will be resumed. Some die as soon as they have started, others after some rows.
            using Process process = Tool.Start([.. Arguments(source, output), .. kill == 0 ? (string[])[] : ["--resume"]]);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            Task ended = process.WaitForExitAsync(cancellationToken);
            bool diesAtOnce = kill > 0 && random.Next(4) == 0;
            long target = growing.Length + (whole / (Kills + 2) * random.Next(1, 100) / 100);
            Assert.True(diesAtOnce || await growing.ReachesAsync(Math.Max(target, 1), ended, cancellationToken), await ErrorOfAsync(error, ended));
            process.Kill();
            await ended;
            await error;
            TearLastRow(output, random);
        }

        ToolResult last = await Tool.RunAsync([.. Arguments(source, output), "--resume"]);
        Assert.Contains("which were done.", last.Succeeded().Error, StringComparison.Ordinal);
        AssertSameFiles(undisturbed, output);

        // Once more: it is done, and stays so.
        (await Tool.RunAsync([.. Arguments(source, output), "--resume"])).Succeeded();
        AssertSameFiles(undisturbed, output);
        if (hasBadRows)
        {
            AssertSameFiles($"{undisturbed}.rejects.jsonl", $"{output}.rejects.jsonl");
            Assert.NotEqual(0, new FileInfo($"{output}.rejects.jsonl").Length);
        }
    }

    [Fact]
    public async Task A_run_that_stopped_at_a_bad_row_goes_on_without_it()
    {
        string source = files.Write("a.csv", "text,id\nman,1\nplan,2\nbad\nsix,4\nbad\n");
        string output = files.PathOf("a.jsonl");
        string expected = files.PathOf("b.jsonl");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel)).Failed(1, "line 4", "--resume --on-error skip");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume", "--on-error", "skip")).Succeeded();
        (await Tool.RunAsync("classify", "-i", source, "-o", expected, "--model", Tool.SmallModel, "--on-error", "skip")).Succeeded();
        AssertSameFiles(expected, output);
        AssertSameFiles($"{expected}.rejects.jsonl", $"{output}.rejects.jsonl");
    }

    [Theory]
    [InlineData("--column other", "text column (text, now other)", "--column")]
    [InlineData("--logits", "set of output columns")]
    [InlineData("--top-k 1", "number of best labels (none, now 1)", "--top-k")]
    public async Task Another_command_line_is_refused_by_what_differs(string options, params string[] differences)
    {
        (string source, string output) = await RunAsync();
        string before = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        string[] columns = options.Contains("--column", StringComparison.Ordinal) ? [] : ["--column", "text"];
        (await Tool.RunAsync(["classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume", .. columns, .. options.Split(' ')]))
            .Failed(2, [output, "delete", .. differences]);
        Assert.Equal(before, await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_input_or_model_is_refused()
    {
        (string source, string output) = await RunAsync();
        string other = files.Write("other.csv", "text,other\nplan,b\n");
        (await Tool.RunAsync("classify", "-i", other, "-o", output, "--column", "text", "--model", Tool.SmallModel, "--resume"))
            .Failed(2, output, "input (its content differs)");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--column", "text", "--resume")).Failed(2, output, "another model");

        // The same content elsewhere is the same input.
        string copy = files.PathOf("copy.csv");
        File.Copy(source, copy);
        (await Tool.RunAsync("classify", "-i", copy, "-o", output, "--column", "text", "--model", Tool.SmallModel, "--resume")).Succeeded();
    }

    [Theory]
    [InlineData("distilbert-vocab-txt-only", "model.onnx")]
    [InlineData("distilbert-vocab-txt-only", "tokenizer_config.json")]
    [InlineData("distilbert-vocab-txt-only", "model.onnx_data")]
    [InlineData("distilbert-vocab-txt-only", "any_data")]
    [InlineData("xlm-roberta", "sentencepiece.bpe.model")]
    public async Task A_model_that_has_changed_behind_a_link_is_refused_by_the_file_and_one_that_was_touched_or_moved_is_not(string contract, string name)
    {
        using var copy = new ModelCopy(contract, "tokenizer.json");
        if (name.EndsWith("_data", StringComparison.Ordinal))
        {
            (byte[] graph, byte[] weights) = ExternalWeights.Split(File.ReadAllBytes(copy.FileOf("model.onnx")), name);
            await File.WriteAllBytesAsync(copy.FileOf("model.onnx"), graph, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(copy.FileOf(name), weights, TestContext.Current.CancellationToken);
        }

        // As in the hub's cache.
        string blobs = copy.PathOf("blobs");
        Directory.CreateDirectory(blobs);
        foreach (string linked in (string[])[name, "model.onnx"])
        {
            if (new FileInfo(copy.FileOf(linked)).LinkTarget is null)
            {
                File.Move(copy.FileOf(linked), Path.Combine(blobs, linked));
                File.CreateSymbolicLink(copy.FileOf(linked), $"../blobs/{linked}");
            }
        }

        string blob = Path.Combine(blobs, name);
        string source = files.Write("a.csv", "text\nman\nplan\n");
        string output = files.PathOf("a.jsonl");
        string[] arguments = ["classify", "-i", source, "-o", output, "--resume", "--model"];
        (await Tool.RunAsync([.. arguments, copy.Folder])).Succeeded();

        File.SetLastWriteTimeUtc(blob, DateTime.UnixEpoch);
        Directory.Move(copy.Folder, copy.PathOf("moved"));
        (await Tool.RunAsync([.. arguments, copy.PathOf("moved")])).Succeeded();

        byte[] content = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        if (name.EndsWith("_data", StringComparison.Ordinal))
        {
            content[content.Length / 2] ^= 1;
        }
        else
        {
            content = ChangedModel.Of(name, content);
        }

        await File.WriteAllBytesAsync(blob, content, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(blob, DateTime.UnixEpoch);
        (await Tool.RunAsync([.. arguments, copy.PathOf("moved")])).Failed(2, output, $"another model (file {name})", "delete");
    }

    [Fact]
    public async Task An_output_that_nobody_began_or_somebody_changed_is_refused()
    {
        (string source, string output) = await RunAsync();
        string[] arguments = ["classify", "-i", source, "-o", output, "--column", "text", "--model", Tool.SmallModel, "--resume"];
        string[] lines = await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken);
        files.Write("a.jsonl", $"{lines[1]}\n");
        (await Tool.RunAsync(arguments)).Failed(2, "row 2 follows row 0 in it");
        files.Write("a.jsonl", "something else\n");
        (await Tool.RunAsync(arguments)).Failed(2, "what follows row 0 in it has no number of a row");
        File.Delete($"{output}.resume");
        (await Tool.RunAsync(arguments)).Failed(2, output, ".resume", "is not");
        Assert.Equal("something else\n", files.Read("a.jsonl"));
    }

    private static string[] Arguments(string source, string output) =>
    [
        "classify", "--input", source, "--column", "text", "--output", output, "--model", Tool.SmallModel, "--keep", "id", "--keep", "text", "--logits",
        "--on-error", "skip",
    ];

    // Texts with line breaks and quotes, so that a line of the output need not be a row; and rows that are no rows.
    private static string Input(Random random, bool hasBadRows)
    {
        string[] words = ["man", "plan", "six", "a \"\"quote\"\"", "one,\ntwo", "\n", "中", "!"];
        var content = new StringBuilder("id,text\n");
        for (int row = 1; row <= Rows; row++)
        {
            bool isBad = hasBadRows && random.Next(6) == 0;
            string text = string.Join(' ', random.GetItems(words, random.Next(1, 6)));
            string end = isBad ? "\"?" : $" {row.ToString(CultureInfo.InvariantCulture)}\"";
            content.Append(CultureInfo.InvariantCulture, $"{row},\"{text}{end}\n");
        }

        return content.ToString();
    }

    // What a disk that was full, or a system that died with the process, may leave: part of a row at the end.
    private static void TearLastRow(string output, Random random)
    {
        if (File.Exists(output) && random.Next(2) == 0)
        {
            using FileStream file = File.OpenWrite(output);
            file.SetLength(Math.Max(0, file.Length - random.Next(1, 40)));
        }
    }

    private static void AssertSameFiles(string expected, string actual) =>
        Assert.True(File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual)), $"{actual} is not {expected}");

    private static async Task<string> ErrorOfAsync(Task<string> error, Task ended) => ended.IsCompleted ? await error : "";

    private async Task<(string Source, string Output)> RunAsync()
    {
        string source = files.Write("a.csv", "text,other\nman,a\nplan,b\n");
        string output = files.PathOf("a.jsonl");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--column", "text", "--model", Tool.SmallModel, "--resume")).Succeeded();
        return (source, output);
    }
}
