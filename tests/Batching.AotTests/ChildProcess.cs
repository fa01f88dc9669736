using System.Diagnostics;
using Xunit;

namespace Batching.AotTests;

/// <summary>Runs a program to its end; a program that fails or hangs fails the test, with all that it wrote.</summary>
internal static class ChildProcess
{
    // For a busy machine that has to download a compiler first.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <returns>What the program wrote to its standard output.</returns>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Isolate(start.Environment, folder);

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);

        // Killed, a program ends and closes its streams: what it wrote until then is read all the same.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Limit);
        using CancellationTokenRegistration kill = stop.Token.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync(CancellationToken.None);

        string ending = stop.IsCancellationRequested ? $"was stopped after at most {Limit}" : $"ended with {process.ExitCode}";
        string report = $"'{program} {string.Join(' ', arguments)}' {ending}.\n{await output}\n{await errors}";
        Assert.True(process.ExitCode == 0 && !stop.IsCancellationRequested, report);
        return await output;
    }

    private static void Isolate(IDictionary<string, string?> environment, string folder)
    {
        // What the build that runs the tests says to its own children would mislead a build of another project.
        string[] inherited =
        [
            .. environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)),
            "DOTNET_HOST_PATH",
        ];
        foreach (string name in inherited)
        {
            environment.Remove(name);
        }

        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["DOTNET_NOLOGO"] = "1";

        // No build node outlives its command, to hold files that are about to be deleted.
        environment["MSBUILDDISABLENODEREUSE"] = "1";

        // What a single file unpacks goes where the file goes.
        environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = Path.Combine(folder, "unpacked");
    }
}
