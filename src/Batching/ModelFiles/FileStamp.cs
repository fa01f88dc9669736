namespace Batching.ModelFiles;

/// <summary>What can be told of a file without reading it: where its links lead, how long it is, and when it was written.</summary>
internal readonly record struct FileStamp(string Path, long Length, DateTime WrittenUtc)
{
    // As many as Linux follows.
    private const int MostLinks = 40;

    private static readonly char[] Separators = [System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar];

    /// <summary>The stamp of a file, or null where there is none, or none that can be looked at.</summary>
    public static FileStamp? Of(string path)
    {
        try
        {
            var file = new FileInfo(WithoutLinks(path));
            return file.Exists ? new FileStamp(file.FullName, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Links anywhere on the way: a folder is as often the link as a file is.
    private static string WithoutLinks(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string current = System.IO.Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        Push(full[current.Length..]);
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            if (part == "..")
            {
                current = System.IO.Path.GetDirectoryName(current) ?? current;
                continue;
            }

            string next = System.IO.Path.Join(current, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                current = next;
                continue;
            }

            if (System.IO.Path.IsPathRooted(target))
            {
                current = System.IO.Path.GetPathRoot(target)!;
                target = target[current.Length..];
            }

            Push(target);
        }

        return current;

        void Push(string parts)
        {
            foreach (string part in parts.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse())
            {
                rest.Push(part);
            }
        }
    }
}
