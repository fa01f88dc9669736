using System.Globalization;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>A file system in memory of so many KiB, until it is disposed of.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private readonly string folder;

    public SmallFileSystem(string folder, int kibibytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "File systems in memory are mounted as on Linux.");
        this.folder = folder;
        Directory.CreateDirectory(folder);
        string refused = SystemNodes.Run("mount", "-t", "tmpfs", "-o", $"size={Size(kibibytes)}", "tmpfs", folder);
        Assert.SkipUnless(refused.Length == 0, $"Nobody but root mounts file systems, and root not everywhere. {refused}");
    }

    public void Grow(int kibibytes) => Assert.Equal("", SystemNodes.Run("mount", "-o", $"remount,size={Size(kibibytes)}", folder));

    public void ForbidWriting() => Assert.Equal("", SystemNodes.Run("mount", "-o", "remount,ro", folder));

    public string PathOf(string name) => Path.Combine(folder, name);

    public void Dispose() => SystemNodes.Run("umount", folder);

    private static string Size(int kibibytes) => string.Create(CultureInfo.InvariantCulture, $"{kibibytes}k");
}
