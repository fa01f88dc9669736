using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Input that comes once, and outputs that are no files: pipes and devices are opened and written, and stay what they are.</summary>
public sealed class PipesAndDevicesTests : IDisposable
{
    private const string BadRow = "\"bad\"row,1\n";

    private readonly Workspace files = new();

    public static TheoryData<string> OutputFormats => ["csv", "jsonl", "parquet"];

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("txt", "csv")]
    [InlineData("csv", "jsonl")]
    [InlineData("tsv", "parquet")]
    [InlineData("jsonl", "csv")]
    public async Task A_fifo_gives_the_bytes_of_the_file_that_comes_through_it(string inputFormat, string outputFormat)
    {
        string content = Rows(inputFormat, 20_000);
        string source = files.Write($"a.{inputFormat}", content);
        string fifo = SystemNodes.MakeFifo(files.PathOf($"fifo.{inputFormat}"));
        string expected = files.PathOf($"expected.{outputFormat}");
        string output = files.PathOf($"labels.{outputFormat}");
        (await Tool.RunAsync("classify", "-i", source, "-o", expected, "--model", Tool.SmallModel)).Succeeded();

        Task sent = SystemNodes.SendAsync(fifo, content);
        (await Tool.RunAsync("classify", "-i", fifo, "-o", output, "--model", Tool.SmallModel)).Succeeded();
        await sent;
        AssertSameFiles(expected, output);
        Assert.True(SystemNodes.IsFifo(fifo));
    }

    [Theory]
    [InlineData("cat \"$SOURCE\" | \"$@\" -i /dev/stdin")]
    [InlineData("\"$@\" -i /dev/stdin < \"$SOURCE\"")]
    [InlineData("\"$@\" -i <(cat \"$SOURCE\")")]
    [InlineData("cat \"$SOURCE\" | \"$@\" -i -")]
    public async Task Stdin_by_any_name_is_read_once_and_whole(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The names of open files are those of Linux.");
        string source = files.Write("a.txt", Rows("txt", 20_000));
        string expected = files.PathOf("expected.csv");
        string output = files.PathOf("labels.csv");
        (await Tool.RunAsync("classify", "-i", source, "-o", expected, "--model", Tool.SmallModel)).Succeeded();
        (await Tool.RunFromShellAsync(
            $"SOURCE='{source}'; {script}", "classify", "-o", output, "--input-format", "txt", "--model", Tool.SmallModel)).Succeeded();
        AssertSameFiles(expected, output);
    }

    [Fact]
    public async Task What_comes_once_cannot_be_resumed()
    {
        string fifo = SystemNodes.MakeFifo(files.PathOf("fifo.txt"));
        (await Tool.RunAsync("classify", "-i", fifo, "-o", files.PathOf("a.csv"), "--model", Tool.SmallModel, "--resume")).Failed(2, "--resume", "pipes");
        string source = files.Write("a.txt", "a man\n");
        (await Tool.RunAsync("classify", "-i", source, "-o", fifo, "--output-format", "csv", "--model", Tool.SmallModel, "--resume")).Failed(2, "--resume", "pipes");
        Assert.True(SystemNodes.IsFifo(fifo));
    }

    [Fact]
    public async Task A_run_from_a_pipe_leaves_no_state_of_an_earlier_run_beside_its_output()
    {
        string source = files.Write("a.txt", "a man\na plan\n");
        string output = files.PathOf("labels.csv");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Succeeded();
        (await Tool.RunWithInputAsync("six\n", "classify", "-o", output, "--model", Tool.SmallModel)).Succeeded();
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Failed(2, output, "is not");
        Assert.Equal(2, (await File.ReadAllLinesAsync(output)).Length);
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task A_device_is_written_and_stays(string format)
    {
        string device = SystemNodes.MakeNullDevice(files.PathOf("null"));
        string source = files.Write("a.csv", $"text,id\na man,1\n{BadRow}a plan,2\n");
        (await Tool.RunAsync("classify", "-i", source, "-o", device, "--output-format", format, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", device))
            .Succeeded();
        (await Tool.RunWithInputAsync("a man\n", "classify", "-o", device, "--output-format", format, "--model", Tool.SmallModel)).Succeeded();

        // Also through a link, and beside a file.
        string link = files.PathOf("link");
        File.CreateSymbolicLink(link, device);
        string labels = files.PathOf($"labels.{format}");
        (await Tool.RunAsync("classify", "-i", source, "-o", labels, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", link)).Succeeded();
        (await Tool.RunAsync("classify", "-i", source, "-o", link, "--output-format", format, "--model", Tool.SmallModel)).Failed(1, source, "line 3");
        Assert.True(SystemNodes.IsDevice(device));
        Assert.Equal(device, new FileInfo(link).LinkTarget);
        Assert.NotEqual(0, new FileInfo(labels).Length);
        Assert.Equal(["a.csv", $"labels.{format}", "link", "null"], Names());
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task A_device_that_takes_nothing_fails_the_run_and_stays(string format)
    {
        string device = SystemNodes.MakeFullDevice(files.PathOf("full"));
        string source = files.Write("a.csv", $"text,id\na man,1\n{BadRow}a plan,2\n");
        (await Tool.RunAsync("classify", "-i", source, "-o", device, "--output-format", format, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", files.PathOf("r")))
            .Failed(1, "space");
        string labels = files.PathOf($"labels.{format}");
        (await Tool.RunAsync("classify", "-i", source, "-o", labels, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", device))
            .Failed(1, device, "space");
        Assert.True(SystemNodes.IsDevice(device));

        // Not one row without the reject that belongs to it.
        Assert.DoesNotContain("3,", File.Exists(labels) ? await File.ReadAllTextAsync(labels) : "", StringComparison.Ordinal);
        Assert.Equal(format != "parquet", File.Exists(labels));
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task A_fifo_carries_the_bytes_of_a_file(string format)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string source = files.Write("a.csv", $"text,id\na man,1\n{BadRow}a plan,2\n");
        string expected = files.PathOf($"expected.{format}");
        (await Tool.RunAsync("classify", "-i", source, "-o", expected, "--model", Tool.SmallModel, "--on-error", "skip")).Succeeded();

        string output = SystemNodes.MakeFifo(files.PathOf("out"));
        string rejects = SystemNodes.MakeFifo(files.PathOf("rejects"));
        Task<byte[]> labels = Task.Run(() => ReadToEnd(output), cancellationToken);
        Task<byte[]> rejected = Task.Run(() => ReadToEnd(rejects), cancellationToken);
        (await Tool.RunAsync(
            "classify", "-i", source, "-o", output, "--output-format", format, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", rejects)).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(expected, cancellationToken), await labels);
        Assert.Equal(await File.ReadAllBytesAsync($"{expected}.rejects.jsonl", cancellationToken), await rejected);
        Assert.True(SystemNodes.IsFifo(output));
        Assert.True(SystemNodes.IsFifo(rejects));
    }

    [Theory]
    [InlineData("/dev/stdout")]
    [InlineData("/dev/fd/1")]
    [InlineData("/proc/self/fd/1")]
    [InlineData("-")]
    public async Task Stdout_by_any_name_is_stdout(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The names of open files are those of Linux.");
        string source = files.Write("a.txt", "a man\na plan\n");
        string[] arguments = ["classify", "-i", source, "-o", name, "--output-format", "csv", "--model", Tool.SmallModel];
        string expected = (await Tool.RunAsync(arguments)).Succeeded().Output;
        Assert.Equal(3, expected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        // What is before it in a file stays, and what is written after it follows.
        string output = files.PathOf("out");
        (await Tool.RunFromShellAsync($"{{ echo before; \"$@\"; echo after; }} > '{output}'", arguments)).Succeeded();
        Assert.Equal($"before\n{expected}after\n", files.Read("out"));
        Assert.Equal(["a.txt", "out"], Names());
    }

    [Fact]
    public async Task A_process_substitution_takes_the_output()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The names of open files are those of Linux.");
        string source = files.Write("a.txt", Rows("txt", 2_000));
        string expected = files.PathOf("expected.csv");
        string fifo = SystemNodes.MakeFifo(files.PathOf("done"));
        (await Tool.RunAsync("classify", "-i", source, "-o", expected, "--model", Tool.SmallModel)).Succeeded();
        Task<byte[]> labels = Task.Run(() => ReadToEnd(fifo));
        (await Tool.RunFromShellAsync($"\"$@\" -o >(cat > '{fifo}')", "classify", "-i", source, "--output-format", "csv", "--model", Tool.SmallModel)).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(expected), await labels);
    }

    [Fact]
    public async Task Closed_standard_streams_are_no_place_for_rows()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Streams are closed as on Linux.");
        string source = files.Write("a.txt", "a man\n");
        foreach (string closed in new[] { ">&-", "<&- >&-" })
        {
            ToolResult result = await Tool.RunFromShellAsync($"\"$@\" {closed}", "classify", "-i", source, "--model", Tool.SmallModel);
            Assert.InRange(result.ExitCode, 1, 2);
            Assert.Contains("stdout cannot be written", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("evaluate FIFO --label-column label --input-format csv")]
    [InlineData("quantize --activations FIFO --input-format csv --output OUTPUT")]
    public async Task Other_commands_read_a_fifo_once_as_well(string commandLine)
    {
        string fifo = SystemNodes.MakeFifo(files.PathOf("fifo"));
        Task sent = SystemNodes.SendAsync(fifo, $"text,label\n{string.Concat(Enumerable.Range(0, 40).Select(row => $"a man {row} and the course,{row % 2}\n"))}");
        string[] arguments = [.. commandLine.Split(' ').Select(word => word switch { "FIFO" => fifo, "OUTPUT" => files.PathOf("int8"), _ => word })];
        ToolResult result = await Tool.RunAsync([.. arguments, "--model", Tool.SmallModel]);
        await sent;
        Assert.Contains("/40)", result.Succeeded().Lines[^1], StringComparison.Ordinal);
    }

    private static byte[] ReadToEnd(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void AssertSameFiles(string expected, string actual) =>
        Assert.True(File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual)), $"{actual} is not {expected}");

    private static string Rows(string format, int count)
    {
        IEnumerable<string> rows = Enumerable.Range(0, count).Select(row => $"a man, a plan {row}").Select(text => format switch
        {
            "csv" => $"\"{text}\"",
            "jsonl" => $"{{\"text\":\"{text}\"}}",
            _ => text,
        });
        return string.Concat((format is "csv" or "tsv" ? rows.Prepend("text") : rows).Select(row => $"{row}\n"));
    }

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(files.PathOf(".")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
