namespace Batching.Tokenization;

/// <summary>Opens what is a file on a disk, and nothing else that has a path.</summary>
internal static class RegularFile
{
    // As many links as Linux follows.
    private const int MostLinks = 40;

    /// <summary>Opens a file for reading, through links; null where it is empty, or a pipe, a device or a socket.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream? Open(string path)
    {
        // To open a pipe is to wait for whoever writes to it, and a device need not end. Neither has a length. A link has one
        // of its own.
        string target = RealPathOf(path);
        if (new FileInfo(target).Length == 0)
        {
            return null;
        }

        FileStream file = File.OpenRead(target);
        if (file.CanSeek)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>The path of a file or folder without links, neither at its end nor on the way.</summary>
    /// <exception cref="IOException">The links do not end.</exception>
    public static string RealPathOf(string path)
    {
        string whole = Path.GetFullPath(path);
        int links = 0;
        string real = Path.GetPathRoot(whole)!;
        var rest = new Stack<string>(PartsOf(whole[real.Length..]).Reverse());
        while (rest.TryPop(out string? part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            string next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"'{path}' is a link to a link, and so on without an end.");
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(Path.GetFullPath(target))!;
                target = target[Path.GetPathRoot(target)!.Length..];
            }

            foreach (string step in PartsOf(target).Reverse())
            {
                rest.Push(step);
            }
        }

        return real;
    }

    private static string[] PartsOf(string path) =>
        [.. path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];
}
