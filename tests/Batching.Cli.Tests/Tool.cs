using System.Diagnostics;
using System.Text;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>The command line tool, as a process of its own.</summary>
internal static class Tool
{
    /// <summary>A small model with random weights: what it says does not matter here, only that it is always the same.</summary>
    public static string SmallModel { get; } = Repository.Contract("distilbert-vocab-txt-only");

    public static Process Start(params string[] arguments) => Start(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>Starts the tool with some environment variables of its own.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start(Host, environment, ["exec", Path, .. arguments]);

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "Batching.Cli.dll");

    private static Process Start(string file, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = encoding,
            StandardOutputEncoding = encoding,
            StandardErrorEncoding = encoding,
            UseShellExecute = false,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs the tool from a script of the shell, in which <c>"$@"</c> is the tool with its arguments.</summary>
    public static async Task<ToolResult> RunFromShellAsync(string script, params string[] arguments)
    {
        using Process process = StartFromShell(script, arguments);
        return await FinishAsync(process);
    }

    /// <summary>Starts the tool from a script of the shell, in which <c>"$@"</c> is the tool with its arguments.</summary>
    public static Process StartFromShell(string script, params string[] arguments) =>
        Start("bash", new Dictionary<string, string>(StringComparer.Ordinal), ["-c", script, "bash", Host, "exec", Path, .. arguments]);

    /// <summary>Runs the tool to its end.</summary>
    public static Task<ToolResult> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    /// <summary>Runs the tool to its end, with a text on its stdin.</summary>
    public static async Task<ToolResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        return await FinishAsync(process, input);
    }

    public static async Task<ToolResult> FinishAsync(Process process, string input = "")
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return new ToolResult(process.ExitCode, await output, await error);
    }
}
