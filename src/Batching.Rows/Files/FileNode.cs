using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Batching.Rows.Files;

/// <summary>What lies at a path, and which one it is: two paths with one node are one file, whatever their names.</summary>
/// <remarks>
/// .NET tells files from folders, but not a FIFO or a device from a file, nor one hard link from another. Linux does; on other
/// systems everything but folders and links counts as a regular file, and no node is known.
/// </remarks>
/// <param name="Kind">What lies there.</param>
/// <param name="Device">The file system that it is on, with <paramref name="Number"/>.</param>
/// <param name="Number">Its number in the file system; 0 where it is not known.</param>
internal readonly partial record struct FileNode(FileKind Kind, ulong Device, ulong Number)
{
    // From the kernel's statx(2), whose layout is the same on every processor.
    private const int Size = 256;
    private const int ModeOffset = 28;
    private const int NumberOffset = 32;
    private const int DeviceOffset = 136;
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint TypeModeAndNumber = 0x103;

    public bool IsKnown => Number != 0;

    /// <param name="path">The path.</param>
    /// <param name="followsLinks">Whether what a symbolic link leads to counts, rather than the link.</param>
    public static FileNode At(string path, bool followsLinks = true)
    {
        if (OperatingSystem.IsLinux())
        {
            return Ask(CurrentFolder, path, followsLinks ? 0 : NoFollow);
        }

        FileKind kind = !followsLinks && new FileInfo(path).LinkTarget is not null ? FileKind.Link
            : Directory.Exists(path) ? FileKind.Folder
            : File.Exists(path) ? FileKind.Regular
            : FileKind.None;
        return new FileNode(kind, 0, 0);
    }

    /// <summary>The node that is open, whatever lies at its path by now.</summary>
    public static FileNode Of(SafeFileHandle handle) => OfDescriptor((int)handle.DangerousGetHandle());

    /// <summary>The node that is open under a number: 0 is stdin, 1 stdout, 2 stderr.</summary>
    public static FileNode OfDescriptor(int descriptor) =>
        OperatingSystem.IsLinux() ? Ask(descriptor, "", EmptyPath) : default;

    /// <summary>Whether it is known that both are one.</summary>
    public bool IsSameAs(FileNode other) => IsKnown && Device == other.Device && Number == other.Number;

    private static FileNode Ask(int folder, string path, int flags)
    {
        var answer = new byte[Size];
        if (AskSystem(folder, Encoding.UTF8.GetBytes($"{path}\0"), flags, TypeModeAndNumber, answer) != 0)
        {
            return default;
        }

        const int TypeBits = 0xF000;
        FileKind kind = (BitConverter.ToUInt16(answer.AsSpan(ModeOffset)) & TypeBits) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            0x1000 or 0xC000 => FileKind.Pipe,
            _ => FileKind.Device,
        };
        return new FileNode(
            kind,
            BitConverter.ToUInt64(answer.AsSpan(DeviceOffset)),
            BitConverter.ToUInt64(answer.AsSpan(NumberOffset)));
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AskSystem(int folder, byte[] path, int flags, uint mask, byte[] answer);
}
