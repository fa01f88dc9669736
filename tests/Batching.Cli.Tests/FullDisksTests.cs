using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Disks that are full, folders that take nothing, and a stderr that nobody hears: no row is lost, and the exit code says what happened.</summary>
public sealed class FullDisksTests : IDisposable
{
    private const int Rows = 8_000;

    private readonly Workspace files = new();

    public static TheoryData<string> OutputFormats => ["csv", "jsonl", "parquet"];

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("csv", true)]
    [InlineData("csv", false)]
    [InlineData("jsonl", true)]
    [InlineData("jsonl", false)]
    public async Task After_a_disk_was_full_the_run_goes_on_to_the_bytes_of_an_undisturbed_one(string format, bool isRejectsDisk)
    {
        string source = Input();
        string expected = files.PathOf($"expected.{format}");
        (await Tool.RunAsync(Arguments(source, expected, $"{expected}.rejects.jsonl"))).Succeeded();

        using var disk = new SmallFileSystem(files.PathOf("disk"), kibibytes: 64);
        string output = isRejectsDisk ? files.PathOf($"labels.{format}") : disk.PathOf($"labels.{format}");
        string rejects = isRejectsDisk ? disk.PathOf("rejects.jsonl") : files.PathOf("rejects.jsonl");
        string[] arguments = Arguments(source, output, rejects);
        (await Tool.RunAsync(arguments)).Failed(1, isRejectsDisk ? rejects : output, "cannot be written any further");
        AssertNoRowWithoutItsRejects(output, rejects);

        // Still full: nothing is lost by trying.
        (await Tool.RunAsync([.. arguments, "--resume"])).Failed(1, isRejectsDisk ? rejects : output, "cannot be written any further");
        AssertNoRowWithoutItsRejects(output, rejects);
        disk.Grow(kibibytes: 8 << 10);
        (await Tool.RunAsync([.. arguments, "--resume"])).Succeeded();
        AssertSameFiles(expected, output);
        AssertSameFiles($"{expected}.rejects.jsonl", rejects);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_a_full_disk_no_Parquet_is_finished(bool isRejectsDisk)
    {
        string source = Input();
        using var disk = new SmallFileSystem(files.PathOf("disk"), kibibytes: 16);
        string output = isRejectsDisk ? files.PathOf("labels.parquet") : disk.PathOf("labels.parquet");
        string rejects = isRejectsDisk ? disk.PathOf("rejects.jsonl") : files.PathOf("rejects.jsonl");
        (await Tool.RunAsync(Arguments(source, output, rejects))).Failed(1, isRejectsDisk ? rejects : output);
        Assert.False(File.Exists(output));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task Rejects_cut_anywhere_in_their_last_line_are_done_again(string format)
    {
        string source = files.Write("a.csv", "text,id\na man,1\n\"bad\"row,1\n\"bad\"line,2\na plan,2\n\"bad\"end,3\n");
        string expected = files.PathOf($"expected.{format}");
        (await Tool.RunAsync(Arguments(source, expected, $"{expected}.rejects.jsonl"))).Succeeded();
        string output = files.PathOf($"labels.{format}");
        string rejects = files.PathOf("rejects.jsonl");
        (await Tool.RunAsync([.. Arguments(source, output, rejects), "--resume"])).Succeeded();
        byte[] whole = await File.ReadAllBytesAsync(rejects);
        int lastLine = whole.Length - 1 - Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2);
        foreach (int lost in new[] { 1, 2, 30, lastLine, whole.Length - 1, whole.Length })
        {
            await File.WriteAllBytesAsync(rejects, whole[..^lost]);
            (await Tool.RunAsync([.. Arguments(source, output, rejects), "--resume"])).Succeeded();
            AssertSameFiles(expected, output);
            AssertSameFiles($"{expected}.rejects.jsonl", rejects);
        }
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task A_folder_that_is_not_there_or_takes_nothing_ends_with_2_and_names_what_was_typed(string format)
    {
        string source = files.Write("a.txt", "a man\n");
        string[] places = [files.PathOf($"missing/labels.{format}"), Path.Combine(source, $"labels.{format}"), .. Unwritable($"labels.{format}")];
        foreach (string place in places)
        {
            (await Tool.RunAsync("classify", "-i", source, "-o", place, "--model", Tool.SmallModel)).Failed(2, $"'{place}' cannot be written");
            (await Tool.RunWithInputAsync("a man\n", "classify", "-o", place, "--model", Tool.SmallModel)).Failed(2, $"'{place}' cannot be written");
            string labels = files.PathOf($"labels.{format}");
            (await Tool.RunAsync("classify", "-i", source, "-o", labels, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", place))
                .Failed(2, $"'{place}' cannot be written");
            Assert.False(File.Exists(labels));
        }

        (await Tool.RunAsync("classify", "-i", source, "-o", files.PathOf("."), "--output-format", format, "--model", Tool.SmallModel)).Failed(2, "is a folder");
    }

    [Fact]
    public async Task A_folder_of_a_model_that_cannot_be_made_ends_with_2_and_names_what_was_typed()
    {
        string sentences = files.Write("a.txt", "a man\n");
        foreach (string place in (string[])[Path.Combine(sentences, "int8"), .. Unwritable("int8")])
        {
            (await Tool.RunAsync("quantize", "--model", Tool.SmallModel, "--activations", sentences, "--output", place)).Failed(2, $"'{place}' cannot be written");
        }
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task A_file_system_that_is_read_only_ends_with_2(string format)
    {
        string source = files.Write("a.txt", "a man\n");
        using var disk = new SmallFileSystem(files.PathOf("disk"), kibibytes: 64);
        disk.ForbidWriting();
        string output = disk.PathOf($"labels.{format}");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel)).Failed(2, $"'{output}' cannot be written");
    }

    [Fact]
    public async Task Closed_or_full_stderr_changes_neither_rows_nor_exit_codes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Streams are closed as on Linux.");
        string source = files.Write("a.csv", "text,label\na man,0\na plan,1\n");
        string full = SystemNodes.MakeFullDevice(files.PathOf("full"));
        string[][] commandLines =
        [
            ["classify", "-i", source],
            ["classify", "-i", source, "-o", files.PathOf("labels.csv")],
            ["evaluate", source],
            ["explain", "a man"],
            ["tokenize"],
            ["logits"],
            ["classify", "-i", files.PathOf("missing.csv")],
            ["classify", "-i", source, "--column", "missing"],
            ["classify", "-i", files.Write("bad.csv", "text\na man\n\"bad\"row\n")],
        ];
        foreach (string[] commandLine in commandLines)
        {
            string[] arguments = [.. commandLine, "--model", Tool.SmallModel];
            ToolResult expected = await Tool.RunAsync(arguments);
            foreach (string redirection in new[] { "2>&-", $"2>'{full}'" })
            {
                ToolResult result = await Tool.RunFromShellAsync($"\"$@\" {redirection}", arguments);
                Assert.Equal((expected.ExitCode, expected.Output), (result.ExitCode, result.Output));
            }
        }

        // What the parser says, and what needs no model.
        foreach ((string line, int exitCode) in new[] { ("--no-such-option", 2), ("logits --model missing", 3), ("--help", 0) })
        {
            foreach (string redirection in new[] { "2>&-", $"2>'{full}'", "2>&- >&-" })
            {
                ToolResult result = await Tool.RunFromShellAsync($"\"$@\" {redirection}", line.Split(' '));
                Assert.Equal(redirection.Contains(">&- >", StringComparison.Ordinal) && line == "--help" ? 1 : exitCode, result.ExitCode);
            }
        }
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("tokenize")]
    [InlineData("logits")]
    [InlineData("explain text")]
    [InlineData("--help")]
    public async Task Full_stdout_fails_the_command_with_a_sentence(string commandLine)
    {
        string full = SystemNodes.MakeFullDevice(files.PathOf("full"));
        string[] model = commandLine == "--help" ? [] : ["--model", Tool.SmallModel];
        using System.Diagnostics.Process process = Tool.StartFromShell($"\"$@\" > '{full}'", [.. commandLine.Split(' '), .. model]);
        (await Tool.FinishAsync(process, "a man\n")).Failed(1, "space");
    }

    // Where not even root makes a file.
    private static IEnumerable<string> Unwritable(string name) => Directory.Exists("/sys") ? [$"/sys/{name}"] : [];

    private static void AssertNoRowWithoutItsRejects(string output, string rejects)
    {
        HashSet<int> rejected = [.. Whole(rejects).Select(RowOf)];
        int last = Whole(output).Where(line => !line.StartsWith("row,", StringComparison.Ordinal)).Select(RowOf).DefaultIfEmpty().Last();
        Assert.Equal(last / 2, rejected.Count(row => row < last));
    }

    private static string[] Whole(string file) => File.ReadAllText(file).Split('\n')[..^1];

    private static int RowOf(string line) =>
        int.Parse(line.Replace("{\"row\":", "", StringComparison.Ordinal).Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Arguments(string source, string output, string rejects) =>
        ["classify", "-i", source, "-o", output, "--keep", "text", "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", rejects];

    private static void AssertSameFiles(string expected, string actual) =>
        Assert.True(File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual)), $"{actual} is not {expected}");

    // Every second row is bad.
    private string Input() => files.Write(
        "texts.csv", "text,id\n" + string.Concat(Enumerable.Range(1, Rows).Select(row => row % 2 == 0 ? $"\"bad\"row {row},1\n" : $"a man and a plan {row},1\n")));
}
