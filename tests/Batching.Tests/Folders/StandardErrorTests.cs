using System.Diagnostics;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>What goes wrong is thrown; the process's standard error belongs to the application.</summary>
public sealed class StandardErrorTests
{
    [Fact]
    public async Task ONNX_Runtime_writes_nothing_to_standard_error()
    {
        // Its native code writes past Console.Error: only another process can tell.
        string program = Path.ChangeExtension(typeof(StandardErrorTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null)!;
        Type[] failures = [typeof(DamagedOnnxTests), typeof(GraphTests), typeof(RunFailureTests)];
        var start = new ProcessStartInfo(program, failures.SelectMany(tests => new[] { "-class", tests.FullName! }))
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", error);
        Assert.True(process.ExitCode == 0, await output);
        Assert.Contains("Failed: 0", await output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0", await output, StringComparison.Ordinal);
    }
}
