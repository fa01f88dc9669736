using System.Diagnostics;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>A file has one writer at a time, and one part in a run, whatever its names are.</summary>
public sealed class ExclusiveFilesTests : IDisposable
{
    private readonly Workspace files = new();

    public static TheoryData<string> OutputFormats => ["csv", "jsonl", "parquet"];

    public void Dispose() => files.Dispose();

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task The_second_of_two_processes_on_one_output_is_refused(string format)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string source = files.Write("a.csv", "text\nsix\n");
        string output = files.PathOf($"labels.{format}");
        string rejects = files.PathOf("rejects.jsonl");

        // Parquet is put in its place at the end; until then its rows are beside it.
        string written = format == "parquet" ? $"{output}.part" : output;
        using var growing = new GrowingFile(written);
        using Process first = StartWaiting(output, "--on-error", "skip", "--rejects", rejects);
        await SendRowAsync(first, cancellationToken);
        Task<ToolResult> finished = FinishAsync(first, cancellationToken);
        Assert.True(await growing.ReachesAsync(1, finished, cancellationToken));
        string symbolic = files.PathOf($"symbolic.{format}");
        File.CreateSymbolicLink(symbolic, output);
        string hard = files.PathOf($"hard.{format}");
        string[] names = [output, symbolic];
        if (written == output)
        {
            SystemNodes.MakeHardLink(output, hard);
            names = [.. names, hard];
        }

        foreach (string name in names)
        {
            string[] arguments = ["classify", "-i", source, "-o", name, "--model", Tool.SmallModel];
            (await Tool.RunAsync(arguments)).Failed(2, name, "is being written by another process");
            (await Tool.RunWithInputAsync("text\nsix\n", [.. arguments[..1], "--input-format", "csv", .. arguments[3..]]))
                .Failed(2, name, "is being written by another process");
            (await Tool.RunAsync([.. arguments, "--resume"])).Failed(2, name, "is being written by another process");
        }

        // The rejects as well; and the output that was to go with them is not there afterwards.
        string other = files.PathOf($"other.{format}");
        (await Tool.RunAsync("classify", "-i", source, "-o", other, "--model", Tool.SmallModel, "--on-error", "skip", "--rejects", rejects))
            .Failed(2, rejects, "is being written by another process");
        Assert.False(File.Exists(other));

        first.StandardInput.Close();
        (await finished).Succeeded();
        string expected = files.PathOf($"expected.{format}");
        (await Tool.RunWithInputAsync("text\na man\n", "classify", "--input-format", "csv", "-o", expected, "--model", Tool.SmallModel)).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(expected, cancellationToken), await File.ReadAllBytesAsync(output, cancellationToken));
    }

    [Fact]
    public async Task A_process_that_was_killed_keeps_nobody_out()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string source = files.Write("a.csv", "text\nsix\n");
        string output = files.PathOf("labels.csv");
        using var growing = new GrowingFile(output);
        using Process first = StartWaiting(output);
        await SendRowAsync(first, cancellationToken);
        Task ended = first.WaitForExitAsync(cancellationToken);
        Assert.True(await growing.ReachesAsync(1, ended, cancellationToken));
        first.Kill();
        await ended;
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel)).Succeeded();
        Assert.Equal(2, (await File.ReadAllLinesAsync(output, cancellationToken)).Length);
        Assert.Equal(["a.csv", "labels.csv"], Directory.EnumerateFiles(files.PathOf(".")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_reader_is_not_kept_out()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string output = files.PathOf("labels.csv");
        using var growing = new GrowingFile(output);
        using Process process = StartWaiting(output);
        await SendRowAsync(process, cancellationToken);
        Task<ToolResult> finished = FinishAsync(process, cancellationToken);
        Assert.True(await growing.ReachesAsync(1, finished, cancellationToken));
        await using (FileStream reader = new(output, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            Assert.NotEqual(0, reader.Length);
        }

        process.StandardInput.Close();
        (await finished).Succeeded();
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public async Task Files_that_are_one_through_a_link_are_refused_and_left_alone(string format)
    {
        const string Content = "text\na man\n";
        string source = files.Write("a.csv", Content);
        string folder = files.PathOf("folder");
        Directory.CreateSymbolicLink(folder, files.PathOf("."));
        string symbolic = files.PathOf($"symbolic.{format}");
        File.CreateSymbolicLink(symbolic, source);
        string hard = files.PathOf($"hard.{format}");
        SystemNodes.MakeHardLink(source, hard);
        string labels = files.PathOf($"labels.{format}");
        string ahead = files.PathOf($"ahead.{format}");
        File.CreateSymbolicLink(ahead, labels);
        string link = files.PathOf("link.csv");
        File.CreateSymbolicLink(link, source);
        string[][] commandLines =
        [
            ["-i", source, "-o", symbolic],
            ["-i", source, "-o", hard],
            ["-i", symbolic, "--input-format", "csv", "-o", hard],
            ["-i", link, "-o", Path.Combine(folder, "a.csv"), "--output-format", format],
            ["-i", source, "-o", labels, "--rejects", symbolic],
            ["-i", source, "-o", labels, "--rejects", hard],
            ["-i", source, "-o", labels, "--rejects", labels],
            ["-i", source, "-o", labels, "--rejects", ahead],
            ["-i", source, "-o", ahead, "--rejects", labels],
            ["-i", source, "-o", labels, "--rejects", Path.Combine(folder, $"labels.{format}")],
            ["-i", source, "-o", labels, "--rejects", $"{labels}.resume"],
            ["-i", source, "-o", labels, "--rejects", $"{labels}.resume.tmp"],
            ["-i", source, "-o", ahead, "--rejects", Path.Combine(folder, $"labels.{format}.resume")],
        ];
        foreach (string[] commandLine in commandLines)
        {
            string[] skip = commandLine.Contains("--rejects") ? ["--on-error", "skip"] : [];
            (await Tool.RunAsync(["classify", .. commandLine, .. skip, "--model", Tool.SmallModel])).Failed(2, "files of their own");
        }

        // And where the shell has opened them.
        (await Tool.RunFromShellAsync($"\"$@\" < '{source}'", "classify", "--input-format", "csv", "-o", hard, "--model", Tool.SmallModel)).Failed(2, "files of their own");
        Assert.Equal(Content, files.Read("a.csv"));
        Assert.False(File.Exists(labels));
        Assert.False(File.Exists($"{labels}.resume"));
    }

    [Fact]
    public async Task An_input_that_would_be_the_state_of_the_run_is_refused()
    {
        string source = files.Write("labels.csv.resume", "text\na man\n");
        (await Tool.RunAsync("classify", "-i", source, "--input-format", "csv", "-o", files.PathOf("labels.csv"), "--model", Tool.SmallModel))
            .Failed(2, "files of their own");
        Assert.Equal("text\na man\n", files.Read("labels.csv.resume"));
    }

    [Theory]
    [InlineData(".resume")]
    [InlineData(".resume.tmp")]
    public async Task A_link_where_the_state_goes_is_not_followed(string ending)
    {
        string source = files.Write("a.txt", "a man\na plan\n");
        string precious = files.Write("precious", "precious");
        string output = files.PathOf("labels.csv");
        foreach (string target in new[] { precious, files.PathOf("nothing") })
        {
            File.CreateSymbolicLink($"{output}{ending}", target);
            (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Succeeded();
            Assert.Equal("precious", files.Read("precious"));
            Assert.False(File.Exists(files.PathOf("nothing")));
            File.Delete(output);
            File.Delete($"{output}.resume");
        }

        // Nor read through.
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Succeeded();
        File.Move($"{output}.resume", files.PathOf("elsewhere"));
        File.CreateSymbolicLink($"{output}.resume", files.PathOf("elsewhere"));
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Failed(2, output, "is not");
    }

    [Fact]
    public async Task A_fifo_where_the_state_goes_stays()
    {
        string source = files.Write("a.txt", "a man\n");
        string output = files.Write("labels.csv", "precious");
        string fifo = SystemNodes.MakeFifo($"{output}.resume");
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel)).Failed(2, output, fifo);
        Assert.Equal("precious", files.Read("labels.csv"));
        Assert.True(SystemNodes.IsFifo(fifo));
    }

    [Fact]
    public async Task An_output_behind_a_link_is_written_there_and_resumed_by_either_name()
    {
        string source = files.Write("a.txt", "a man\na plan\n");
        string expected = files.PathOf("expected.csv");
        string output = files.PathOf("labels.csv");
        string link = files.PathOf("link.csv");
        File.CreateSymbolicLink(link, output);
        (await Tool.RunAsync("classify", "-i", source, "-o", expected, "--model", Tool.SmallModel)).Succeeded();
        (await Tool.RunAsync("classify", "-i", source, "-o", link, "--model", Tool.SmallModel, "--resume")).Succeeded();
        Assert.Equal(output, new FileInfo(link).LinkTarget);
        string whole = files.Read("labels.csv");
        files.Write("labels.csv", whole[..^3]);
        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Succeeded();
        Assert.Equal(files.Read("expected.csv"), files.Read("labels.csv"));
    }

    private static Process StartWaiting(string output, params string[] options) =>
        Tool.Start(["classify", "--input-format", "csv", "-o", output, "--model", Tool.SmallModel, .. options]);

    private static async Task SendRowAsync(Process process, CancellationToken cancellationToken)
    {
        await process.StandardInput.WriteAsync("text\na man\n".AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
    }

    private static async Task<ToolResult> FinishAsync(Process process, CancellationToken cancellationToken)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new ToolResult(process.ExitCode, await output, await error);
    }
}
