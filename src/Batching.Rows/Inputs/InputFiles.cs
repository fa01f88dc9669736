using System.IO.Enumeration;
using Batching.Rows.Files;

namespace Batching.Rows.Inputs;

/// <summary>The files behind what was given as inputs: files, folders and patterns.</summary>
internal static class InputFiles
{
    private static readonly char[] Wildcards = ['*', '?'];

    private static readonly string Endings = string.Join(", ", RowFormats.Inputs.Select(RowFormats.NameOf));

    /// <summary>The files, in the order they were given in; those of a folder or a pattern in ordinal order.</summary>
    /// <param name="given">Files, folders, patterns, or the standard stream alone.</param>
    /// <exception cref="RowsException">Nothing is there, or one cannot be told.</exception>
    public static IReadOnlyList<InputSource> Of(IReadOnlyList<string> given)
    {
        if (given.Count == 0)
        {
            throw Refused("No input is given. Give files, folders or patterns, or - for stdin.");
        }

        InputSource[] files = [.. given.SelectMany(FilesOf).Select(path => new InputSource(path))];
        return files.Length > 1 && Array.Exists(files, file => file.IsStandardInput)
            ? throw Refused("stdin is an input by itself. Give - alone, or files.")
            : files;
    }

    /// <summary>Whether a file at a path, there already or not, would be among the files of a folder or a pattern.</summary>
    public static bool WouldHold(string given, string path)
    {
        if (FileNode.At(given).Kind == FileKind.Folder)
        {
            return IsFolder(given, Path.GetDirectoryName(path));
        }

        return IsPattern(given)
            && IsFolder(FolderOf(given), Path.GetDirectoryName(path))
            && FileSystemName.MatchesSimpleExpression(Path.GetFileName(given), Path.GetFileName(path), ignoreCase: false);
    }

    private static IEnumerable<string> FilesOf(string given)
    {
        if (given != RowFormats.StandardStream && FileNode.At(given).Kind == FileKind.Folder)
        {
            return InFolder(given);
        }

        return IsPattern(given) ? Matching(given) : [given];
    }

    // What is there by that name is meant, whatever is in the name.
    private static bool IsPattern(string given) => given.AsSpan().ContainsAny(Wildcards) && FileNode.At(given).Kind == FileKind.None;

    private static bool IsFolder(string given, string? folder) =>
        folder is not null
        && (FileNode.At(given).IsSameAs(FileNode.At(folder)) || Path.TrimEndingDirectorySeparator(Path.GetFullPath(given)) == Path.TrimEndingDirectorySeparator(folder));

    private static string FolderOf(string pattern) => Path.GetDirectoryName(pattern) is { Length: > 0 } folder ? folder : ".";

    private static string[] InFolder(string folder)
    {
        string[] entries = Entries(folder, folder);
        if (Array.Find(entries, entry => FileNode.At(entry).Kind == FileKind.Folder) is { } inner)
        {
            throw Refused($"'{folder}' holds the folder '{inner}', and folders within folders are not read. Give the folders, or a pattern such as '{Path.Combine(folder, "*.csv")}'.");
        }

        if (Array.Find(entries, entry => RowFormats.OfName(entry) is null) is { } unknown)
        {
            throw Refused($"'{folder}' holds '{unknown}', whose ending is no format ({Endings}). Give a pattern such as '{Path.Combine(folder, "*.csv")}'.");
        }

        return entries.Length > 0 ? entries : throw Refused($"'{folder}' holds no files to read. Give files that hold texts.");
    }

    private static string[] Matching(string pattern)
    {
        string folder = FolderOf(pattern);
        if (folder.AsSpan().ContainsAny(Wildcards))
        {
            throw Refused($"'{pattern}' has * or ? in the name of a folder. They may stand in the name of a file only; give a pattern for each folder.");
        }

        string name = Path.GetFileName(pattern);
        string[] found = FileNode.At(folder).Kind != FileKind.Folder ? [] :
        [
            .. Entries(folder, Path.GetDirectoryName(pattern)!).Where(entry =>
                FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(entry), ignoreCase: false) && FileNode.At(entry).Kind != FileKind.Folder),
        ];
        return found.Length > 0 ? found : throw Refused($"No file is '{pattern}'. Give files, folders or patterns that match some.");
    }

    // Hidden files, and those that Hadoop and Spark put beside their parts, are not data by convention.
    private static string[] Entries(string folder, string prefix)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).OfType<string>()
                    .Where(name => name[0] is not ('.' or '_')).Order(StringComparer.Ordinal).Select(name => Path.Combine(prefix, name)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RowsException.Refused($"'{folder}' cannot be read: {exception.Message}", exception, nameof(RowClassificationOptions.Inputs));
        }
    }

    private static RowsException Refused(string message) => RowsException.Refused(message, setting: nameof(RowClassificationOptions.Inputs));
}
