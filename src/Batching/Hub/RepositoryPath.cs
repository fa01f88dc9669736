using System.Buffers;
using System.Text;

namespace Batching.Hub;

/// <summary>Paths of files in a repository, and names of revisions, before they become paths on this machine.</summary>
internal static class RepositoryPath
{
    private const int LongestPath = 512;
    private const int LongestPartInBytes = 255;

    // What Windows takes for something else than a letter of a name; a cache may move from one system to another.
    private static readonly SearchValues<char> ForbiddenCharacters = SearchValues.Create("\\:<>\"|?*");

    private static readonly string[] ReservedNames =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        .. Enumerable.Range(0, 10).SelectMany(number => (string[])[$"COM{number}", $"LPT{number}"]),
    ];

    /// <summary>Why a path, with <c>/</c> between its parts, cannot be one below a folder on every system.</summary>
    /// <returns>The rest of a sentence that begins with the path; null where nothing is wrong.</returns>
    public static string? FaultOf(string path)
    {
        if (path.Length is 0 or > LongestPath)
        {
            return path.Length == 0 ? "is empty" : $"has {path.Length} characters, more than {LongestPath}";
        }

        if (path.Any(char.IsControl) || path.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            return "has a control character, or is not valid Unicode";
        }

        if (path.AsSpan().IndexOfAny(ForbiddenCharacters) is >= 0 and int at)
        {
            return $"has a '{path[at]}'";
        }

        return path.Split('/').Select(FaultOfPart).FirstOrDefault(fault => fault is not null);
    }

    /// <summary>Whether some system would take a name for a file outside the folder it belongs to.</summary>
    public static bool LeavesItsFolder(string name) =>
        name.Contains('\0', StringComparison.Ordinal)
        || name is ['/' or '\\', ..]
        || (name is [var drive, ':', ..] && char.IsAsciiLetter(drive) && name is [_, _] or [_, _, '/' or '\\', ..])
        || name.Split('/', '\\').Contains("..", StringComparer.Ordinal);

    /// <summary>A path as it may stand in a message: not endless, and without what would break a line.</summary>
    public static string Shown(string path)
    {
        string visible = string.Concat(path.Take(100).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return path.Length > 100 ? $"{visible}..." : visible;
    }

    private static string? FaultOfPart(string part)
    {
        if (part is "" or "." or "..")
        {
            return $"has the part '{part}'";
        }

        if (Encoding.UTF8.GetByteCount(part) > LongestPartInBytes)
        {
            return $"has a part of more than {LongestPartInBytes} bytes";
        }

        if (part[^1] is '.' or ' ')
        {
            return $"has the part '{part}', which ends in a dot or a space";
        }

        string stem = part.Split('.')[0].TrimEnd(' ');
        return ReservedNames.Contains(stem, StringComparer.OrdinalIgnoreCase) ? $"has the part '{part}', which is a device on Windows" : null;
    }
}
