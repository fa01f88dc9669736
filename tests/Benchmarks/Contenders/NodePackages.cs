using System.ComponentModel;
using System.Diagnostics;

namespace Batching.Benchmarks.Contenders;

/// <summary>Installs transformers.js where git does not look.</summary>
internal static class NodePackages
{
    private const string Script = "pipeline.mjs";

    /// <summary>The script beside its packages, or null where there is no Node.js, or npm cannot get the packages.</summary>
    public static string? Install()
    {
        string source = Path.Combine(Repository.Root, "tests", "Benchmarks", "rivals");
        Directory.CreateDirectory(Repository.Installed);
        foreach (string file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(Repository.Installed, Path.GetFileName(file)), overwrite: true);
        }

        return Npm("install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error")
            ? Path.Combine(Repository.Installed, Script)
            : null;
    }

    private static bool Npm(string arguments)
    {
        // npm is a script: Windows runs it by its shell only.
        (string program, string prefix) = OperatingSystem.IsWindows() ? ("cmd.exe", "/c npm ") : ("npm", "");
        var start = new ProcessStartInfo(program, prefix + arguments)
        {
            WorkingDirectory = Repository.Installed,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
