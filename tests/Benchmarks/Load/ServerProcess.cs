using System.Diagnostics;

namespace Batching.Benchmarks.Load;

/// <summary>The server in a process of its own, at a free port of this machine.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process process;

    private ServerProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    public Uri Address { get; }

    public bool HasExited => process.HasExited;

    /// <summary>Starts it, and comes back when it listens; its model may still be loading.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public static async Task<ServerProcess> StartAsync(string modelFolder)
    {
        Process started = Process.Start(new ProcessStartInfo("dotnet", ["exec", Repository.CommandLine, "serve", "--port", "0", "--model", modelFolder])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        while (await started.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var start)
            {
                _ = started.StandardOutput.ReadToEndAsync();
                return new ServerProcess(started, new Uri(line[(start + Listening.Length)..].Trim()));
            }
        }

        throw new InvalidOperationException($"The server ended with {started.ExitCode} before it listened.");
    }

    /// <summary>Its resident memory, in bytes.</summary>
    public long ResidentBytes()
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
