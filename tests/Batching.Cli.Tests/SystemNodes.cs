using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>FIFOs, devices, links and file systems of a test's own, in a folder of its own.</summary>
internal static class SystemNodes
{
    public static string MakeFifo(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "FIFOs and devices are made as on Linux.");
        Assert.Equal("", Run("mkfifo", path));
        return path;
    }

    /// <summary>A device like /dev/null, which takes all.</summary>
    public static string MakeNullDevice(string path) => MakeDevice(path, minor: 3);

    /// <summary>A device like /dev/full, which takes nothing.</summary>
    public static string MakeFullDevice(string path) => MakeDevice(path, minor: 7);

    /// <summary>Whether a character device lies there.</summary>
    public static bool IsDevice(string path) => Run("test", "-c", path).Length == 0;

    public static bool IsFifo(string path) => Run("test", "-p", path).Length == 0;

    public static void MakeHardLink(string existing, string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Links are made as on Linux.");
        Assert.Equal("", Run("ln", existing, path));
    }

    /// <summary>Sends a text through a FIFO to whoever reads it.</summary>
    public static Task SendAsync(string fifo, string text) => Task.Run(() => File.AppendAllText(fifo, text));

    /// <summary>Runs a command to its end: "" if it succeeds, otherwise what it says, which is never empty.</summary>
    public static string Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{command} ended with {process.ExitCode}. {error}");
    }

    private static string MakeDevice(string path, int minor)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "FIFOs and devices are made as on Linux.");
        string refused = Run("mknod", path, "c", "1", minor.ToString(CultureInfo.InvariantCulture));
        Assert.SkipUnless(refused.Length == 0, $"Nobody but root makes devices. {refused}");
        try
        {
            // Some file systems hold devices, but do not let them be used.
            File.OpenHandle(path, access: FileAccess.Write).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"A device that was made here cannot be opened. {exception.Message}");
        }

        return path;
    }
}
