using System.Diagnostics;
using Xunit;

namespace Batching.Tests.Pipeline;

/// <summary>What a caller waits for needs no thread of the pool, which may be full of callers.</summary>
public sealed class ThreadPoolTests
{
    [Fact]
    public async Task Everything_that_is_waited_for_ends_whatever_the_thread_pool_has_to_spare()
    {
        // The limits of a pool are those of a process.
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", typeof(ThreadPoolTests).Assembly.Location, "-class", typeof(FullPoolTests).FullName!, "-explicit", "only",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("Total: 14, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }
}
