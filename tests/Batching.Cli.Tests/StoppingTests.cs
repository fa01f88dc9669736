using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>Ctrl+C, a reader that goes away, and a million rows: the tool ends cleanly and stays small.</summary>
public sealed class StoppingTests : IDisposable
{
    // Some seconds of work: whatever comes after the first row comes while it runs.
    private const int Many = 200_000;

    // The collector lets garbage grow with the processor's cache, to hundreds of megabytes: of that, nothing can be seen here.
    private static readonly Dictionary<string, string> SmallNursery = new(StringComparer.Ordinal) { ["DOTNET_GCgen0size"] = "400000" };

    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Ctrl_C_leaves_what_was_finished_and_a_run_that_can_go_on()
    {
        Assert.SkipUnless(MayInterrupt(), "Ctrl+C is a signal, and whoever started the tests has it ignored by all that they start.");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string source = WriteTexts(Many);
        string output = files.PathOf("labels.jsonl");
        using var growing = new GrowingFile(output);
        using Process process = Tool.Start("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume");
        Task<ToolResult> finished = Tool.FinishAsync(process);
        Assert.True(await growing.ReachesAsync(1, finished, cancellationToken));
        await InterruptAsync(process, cancellationToken);
        (await finished).Failed(130, "Cancelled");
        string content = files.Read("labels.jsonl");
        Assert.EndsWith("\n", content, StringComparison.Ordinal);
        string[] lines = content.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 1, Many - 1);
        Assert.Equal(lines.Length, (int)JsonNode.Parse(lines[^1])!["row"]!);

        (await Tool.RunAsync("classify", "-i", source, "-o", output, "--model", Tool.SmallModel, "--resume")).Succeeded();
        Assert.Equal(Many, File.ReadLines(output).Count());
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("tokenize")]
    [InlineData("logits")]
    public async Task A_reader_that_goes_away_ends_the_run_quietly(string command)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Process process = Tool.Start(command, "--model", Tool.SmallModel);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);

        // Endless input: only the end of the output ends the run.
        Task input = Task.Run(() => FeedAsync(process), cancellationToken);
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(cancellationToken));
        process.StandardOutput.Close();
        await process.WaitForExitAsync(cancellationToken);
        await input;
        Assert.Equal("", await error);
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("classify", 130)]
    [InlineData("logits", 130)]
    [InlineData("tokenize", 130)]
    [InlineData("classify", 0)]
    [InlineData("logits", 0)]
    [InlineData("tokenize", 0)]
    public async Task A_run_that_waits_for_input_can_be_stopped(string command, int exitCode)
    {
        Assert.SkipUnless(MayInterrupt(), "Ctrl+C is a signal, and whoever started the tests has it ignored by all that they start.");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Process process = Tool.Start(command, "--model", Tool.SmallModel);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await WriteLineAsync();
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(cancellationToken));
        if (exitCode == 130)
        {
            await InterruptAsync(process, cancellationToken);
        }
        else
        {
            process.StandardOutput.Close();
            await WriteLineAsync();
        }

        await process.WaitForExitAsync(cancellationToken);
        Assert.Equal(exitCode, process.ExitCode);
        Assert.DoesNotContain("Exception", await error, StringComparison.Ordinal);

        async Task WriteLineAsync()
        {
            await process.StandardInput.WriteLineAsync("a man".AsMemory(), cancellationToken);
            await process.StandardInput.FlushAsync(cancellationToken);
        }
    }

    [Fact]
    public async Task Many_rows_take_no_more_memory_than_few()
    {
        long few = await PeakMemoryAsync(20_000);
        long many = await PeakMemoryAsync(Many);
        TestContext.Current.TestOutputHelper?.WriteLine($"{few >> 20} MB, {many >> 20} MB");
        Assert.InRange(many - few, long.MinValue, 32L << 20);
    }

    // A process in the background of a shell passes on that it ignores SIGINT, the second bit of the mask.
    private static bool MayInterrupt()
    {
        const string Ignored = "SigIgn:";
        const string Status = "/proc/self/status";
        return !OperatingSystem.IsWindows()
            && (!File.Exists(Status)
                || (Convert.ToInt32(File.ReadLines(Status).First(line => line.StartsWith(Ignored, StringComparison.Ordinal)).TrimEnd()[^1..], 16) & 2) == 0);
    }

    private static async Task InterruptAsync(Process process, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    private static async Task FeedAsync(Process process)
    {
        try
        {
            while (true)
            {
                await process.StandardInput.WriteLineAsync("a man, a plan");
            }
        }
        catch (IOException)
        {
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        }
    }

    // No two texts are the same to the model, or it would hardly run.
    private string WriteTexts(int count) => files.Write(
        $"texts-{count}.txt", string.Concat(Enumerable.Range(0, count).Select(i => $"a man, a plan {string.Join(' ', Convert.ToString(i, 8).Select(digit => "123456ab"[digit - '0']))}\n")));

    private async Task<long> PeakMemoryAsync(int rows)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string source = WriteTexts(rows);
        string output = files.PathOf($"labels-{rows}.csv");
        using var growing = new GrowingFile(output);
        using Process process = Tool.Start(SmallNursery, "classify", "-i", source, "-o", output, "--keep", "text", "--model", Tool.SmallModel);
        Task<ToolResult> finished = Tool.FinishAsync(process);
        long peak = 0;
        while (await growing.ReachesAsync(growing.Length + 1, finished, cancellationToken))
        {
            process.Refresh();
            peak = Math.Max(peak, process.HasExited ? 0 : process.PeakWorkingSet64);
        }

        (await finished).Succeeded();
        Assert.Equal(rows + 1, File.ReadLines(output).Count());
        Assert.NotEqual(0, peak);
        return peak;
    }
}
