using Batching.Rows.Files;

namespace Batching.Rows;

/// <summary>Formats by the ending of a file.</summary>
internal static class RowFormats
{
    /// <summary>What stands for stdin or stdout in place of a path.</summary>
    public const string StandardStream = "-";

    public static RowFormat[] Inputs { get; } = Enum.GetValues<RowFormat>();

    public static RowFormat[] Outputs { get; } = [RowFormat.Csv, RowFormat.Jsonl, RowFormat.Parquet];

    /// <param name="path">The file, or <see cref="StandardStream"/>.</param>
    /// <param name="given">The format, where one was given.</param>
    /// <param name="accepted">The formats that will do.</param>
    /// <param name="standard">The format of stdin or stdout where none is given.</param>
    /// <param name="setting">The option by which it is given.</param>
    /// <exception cref="RowsException">The ending, or what was given, is no format that will do.</exception>
    public static RowFormat Of(string path, RowFormat? given, RowFormat[] accepted, RowFormat standard, string setting)
    {
        if (given is null && path == StandardStream)
        {
            return standard;
        }

        RowFormat? format = given ?? OfName(path);
        return format is { } found && accepted.Contains(found) ? found
            : given is null ? throw RowsException.Refused(
                $"The ending of '{path}' is none of {string.Join(", ", accepted.Select(known => $".{NameOf(known)}"))}. Give the format.", setting: setting)
            : throw RowsException.Refused($"'{path}' cannot be {NameOf(given.Value)}. Give one of {string.Join(", ", accepted.Select(NameOf))}.", setting: setting);
    }

    /// <summary>The format that the ending of a name says, that of compression left out; null where it says none.</summary>
    public static RowFormat? OfName(string path)
    {
        string ending = Path.GetExtension(Compressions.Unpacked(path)).TrimStart('.');
        return string.Equals(ending, "ndjson", StringComparison.OrdinalIgnoreCase) ? RowFormat.Jsonl
            : Array.Find(Enum.GetNames<RowFormat>(), name => string.Equals(name, ending, StringComparison.OrdinalIgnoreCase)) is { } known
                ? Enum.Parse<RowFormat>(known)
                : null;
    }

#pragma warning disable CA1308 // The names of formats are written small.
    public static string NameOf(RowFormat format) => format.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
