using System.Globalization;
using Batching.Rows.Files;

namespace Batching.Rows.Outputs;

/// <summary>Where an output goes: a file, which is replaced or resumed, or something that is opened and written as it is.</summary>
internal sealed class OutputTarget
{
    private const int StandardOutputDescriptor = 1;

    private OutputTarget(string typed, string path, int? descriptor, FileNode node)
    {
        Typed = typed;
        Path = path;
        Descriptor = descriptor;
        Node = node;
    }

    public static OutputTarget StandardOutput { get; } = OfDescriptor(RowFormats.StandardStream, RowFormats.StandardStream, StandardOutputDescriptor);

    /// <summary>What the user typed.</summary>
    public string Typed { get; }

    /// <summary>The path, without the link that may lie there; what is written beside a file has its name from this one.</summary>
    public string Path { get; }

    /// <summary>The number of the stream of this process that it is, such as 1 for stdout; null for a path.</summary>
    public int? Descriptor { get; }

    /// <summary>What lies there.</summary>
    public FileNode Node { get; }

    public bool IsStandardOutput => Descriptor == StandardOutputDescriptor;

    /// <summary>Whether it is a regular file, or is going to be one. A pipe or a device is neither cut nor resumed, and has nothing beside it.</summary>
    public bool IsFile => Descriptor is null && Node.Kind is FileKind.None or FileKind.Regular;

    /// <summary>What messages call it.</summary>
    public string Name => Typed == RowFormats.StandardStream ? "stdout" : $"'{Typed}'";

    /// <param name="typed">A path, or <see cref="RowFormats.StandardStream"/>.</param>
    /// <param name="setting">The option that it was given with.</param>
    /// <exception cref="RowsException">It is a folder, or in a folder that is not there.</exception>
    public static OutputTarget Of(string typed, string setting)
    {
        if (typed == RowFormats.StandardStream)
        {
            return StandardOutput;
        }

        if (string.IsNullOrWhiteSpace(typed))
        {
            throw RowsException.Refused("The name of the file to write is empty. Give a file, or - for stdout.", setting: setting);
        }

        try
        {
            string path = System.IO.Path.GetFullPath(typed);
            if (DescriptorAt(path) is { } descriptor)
            {
                return OfDescriptor(typed, path, descriptor);
            }

            FileNode node = FileNode.At(path);
            if (node.Kind is FileKind.None or FileKind.Regular && FileNode.At(path, followsLinks: false).Kind == FileKind.Link)
            {
                path = File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            }

            return new OutputTarget(typed, Checked(path, node, typed, setting), descriptor: null, node);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw RowsException.Refused($"'{typed}' cannot be written: {exception.Message}", exception, setting);
        }
    }

    /// <summary>A file beside this one that becomes it; messages call it by this one's name, which is what the user typed.</summary>
    public OutputTarget Journal(string path) => new(Typed, path, descriptor: null, FileNode.At(path, followsLinks: false));

    private static OutputTarget OfDescriptor(string typed, string path, int descriptor) =>
        new(typed, path, descriptor, FileNode.OfDescriptor(descriptor));

    private static string Checked(string path, FileNode node, string typed, string setting)
    {
        if (node.Kind == FileKind.Folder || System.IO.Path.EndsInDirectorySeparator(path))
        {
            throw RowsException.Refused($"'{typed}' is a folder. Give a file.", setting: setting);
        }

        string folder = System.IO.Path.GetDirectoryName(path)!;
        return Directory.Exists(folder)
            ? path
            : throw RowsException.Refused($"'{typed}' cannot be written: the folder '{folder}' does not exist. Make it, or give another file.", setting: setting);
    }

    // These names are no places in a folder, but what the process has open already. Opened anew, a file behind one would be
    // written from its start, over what others have written there.
    private static int? DescriptorAt(string path)
    {
        switch (path)
        {
            case "/dev/stdin":
                return 0;
            case "/dev/stdout":
                return StandardOutputDescriptor;
            case "/dev/stderr":
                return 2;
        }

        foreach (string folder in (string[])["/dev/fd/", "/proc/self/fd/"])
        {
            if (path.StartsWith(folder, StringComparison.Ordinal)
                && int.TryParse(path[folder.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor))
            {
                return descriptor;
            }
        }

        return null;
    }
}
