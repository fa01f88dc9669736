using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Batching.Benchmarks;

/// <summary>What a process of its own wrote, and when its first line came, counted from its start.</summary>
internal sealed record ChildRun(TimeSpan FirstLine, IReadOnlyList<JsonNode> Lines)
{
    /// <exception cref="InvalidOperationException">The process failed.</exception>
    public static ChildRun Of(params string[] arguments) => OfProgram(Repository.Child, arguments);

    /// <summary>Runs this program once more, in a process of its own.</summary>
    /// <exception cref="InvalidOperationException">The process failed.</exception>
    public static ChildRun OfItself(params string[] arguments) => OfProgram(typeof(ChildRun).Assembly.Location, arguments);

    private static ChildRun OfProgram(string program, string[] arguments)
    {
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string? line = process.StandardOutput.ReadLine();
        TimeSpan first = watch.Elapsed;
        var lines = new List<JsonNode>();
        for (; line is not null; line = process.StandardOutput.ReadLine())
        {
            lines.Add(JsonNode.Parse(line)!);
        }

        process.WaitForExit();
        return process.ExitCode == 0 && lines.Count > 0
            ? new ChildRun(first, lines)
            : throw new InvalidOperationException($"The process '{string.Join(' ', arguments)}' ended with {process.ExitCode}.");
    }
}
