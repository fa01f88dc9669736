namespace Classify.Inputs;

/// <summary>Formats by name and by the ending of a file.</summary>
internal static class FileFormats
{
    /// <summary>What stands for stdin or stdout in place of a path.</summary>
    public const string StandardStream = "-";

    public static string[] InputNames { get; } = ["txt", "csv", "tsv", "jsonl", "parquet"];

    public static string[] OutputNames { get; } = ["csv", "jsonl", "parquet"];

    /// <param name="path">The file, or <see cref="StandardStream"/>.</param>
    /// <param name="name">The format's name, where one was given.</param>
    /// <param name="option">The option by which it is given.</param>
    /// <param name="accepted">The names of the formats that will do.</param>
    /// <param name="standard">The format of stdin or stdout where none is given.</param>
    /// <exception cref="CommandException">The ending tells no format that will do.</exception>
    public static FileFormat Of(string path, string? name, string option, string[] accepted, FileFormat standard)
    {
        if (name is null && path == StandardStream)
        {
            return standard;
        }

        string format = name ?? Path.GetExtension(path).TrimStart('.').ToUpperInvariant() switch
        {
            "NDJSON" => "jsonl",
            var extension => extension,
        };
        return accepted.Contains(format, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<FileFormat>(format, ignoreCase: true)
            : throw CommandException.Usage(
                $"The ending of '{path}' is none of {string.Join(", ", accepted.Select(known => $".{known}"))}. Give the format with {option}.");
    }
}
