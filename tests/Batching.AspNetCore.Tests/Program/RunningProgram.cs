using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Batching.AspNetCore.Tests.Program;

/// <summary>The server as a process of its own: <c>batching serve</c>.</summary>
internal sealed class RunningProgram : IDisposable
{
    private const string Listening = "Now listening on: ";

    private static readonly string CommandLine = typeof(RunningProgram).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "CommandLine").Value!;

    private readonly Process process;
    private readonly TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProgram(Process process)
    {
        this.process = process;
        Output = ReadOutputAsync();
        Errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it wrote until its end.</summary>
    public Task<string> Output { get; }

    /// <summary>What it wrote to stderr until its end.</summary>
    public Task<string> Errors { get; }

    public static RunningProgram Start(string[] args, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command = ["dotnet", "exec", CommandLine, "serve", .. args];
        var start = new ProcessStartInfo(command[0], command[1..]);
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>Runs a server that ends by itself.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string[] args, IReadOnlyDictionary<string, string>? environment = null)
    {
        using RunningProgram program = Start(args, environment);
        return (await program.ExitAsync(), await program.Output, await program.Errors);
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> ListenAsync()
    {
        Task ended = process.WaitForExitAsync();
        await Task.WhenAny(address.Task, ended).WaitAsync(RunningServer.Patience);
        Assert.True(address.Task.IsCompleted, ended.IsCompleted ? await Errors : "It does not listen.");
        return await address.Task;
    }

    /// <summary>Whether a signal never reaches it, as SIGHUP under nohup and SIGINT in the background of a shell: programs pass that on.</summary>
    /// <param name="number">The signal's number.</param>
    public bool Ignores(int number)
    {
        string ignored = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..];
        return (ulong.Parse(ignored, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> (number - 1) & 1) != 0;
    }

    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(RunningServer.Patience);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private async Task<string> ReadOutputAsync()
    {
        var output = new StringWriter();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.WriteLine(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var start)
            {
                address.TrySetResult(new Uri(line[(start + Listening.Length)..].Trim()));
            }
        }

        return output.ToString();
    }
}
