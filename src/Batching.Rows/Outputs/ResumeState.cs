using System.Text.Json;
using Batching.Rows.Files;

namespace Batching.Rows.Outputs;

/// <summary>The file beside an output that says what a run was made of.</summary>
/// <remarks>It is there whole or not at all. A symbolic link in its place is replaced and never followed; a device or a FIFO is left alone.</remarks>
/// <param name="output">The output.</param>
/// <param name="journal">Where its rows go until all are there; null where they go to the output.</param>
internal sealed class ResumeState(OutputTarget output, string? journal = null)
{
    private readonly string temporary = TemporaryPathOf(output);

    /// <summary>The file.</summary>
    public string Path { get; } = PathOf(output);

    /// <summary>What is deleted to begin again, for messages.</summary>
    public string Leavings => journal is null ? output.Name : $"{output.Name} and '{journal}'";

    public static string PathOf(OutputTarget output) => $"{output.Path}.resume";

    /// <summary>The file that it is until it is whole.</summary>
    public static string TemporaryPathOf(OutputTarget output) => $"{PathOf(output)}.tmp";

    /// <summary>Writes it, but not yet in its place.</summary>
    /// <exception cref="RowsException">It cannot be written.</exception>
    public void Prepare(SortedDictionary<string, string> settings)
    {
        try
        {
            DemandOurs(Path);
            DemandOurs(temporary);

            // What a run left that was killed here. Made anew, so that no link is followed.
            File.Delete(temporary);
            using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
            JsonSerializer.Serialize(file, settings, ResumeJson.Default.SortedDictionaryStringString);
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RowsException.Refused(
                $"{output.Name} cannot be written: '{Path}', which says how to go on with it, cannot be written beside it: {exception.Message}", exception);
        }
    }

    /// <summary>Puts what was prepared in its place.</summary>
    public void Complete() => File.Move(temporary, Path, overwrite: true);

    /// <summary>Takes it away, if it is there.</summary>
    public void Delete()
    {
        if (IsOurs(Path))
        {
            File.Delete(Path);
        }
    }

    /// <exception cref="RowsException">It is not there, or damaged.</exception>
    public SortedDictionary<string, string> Read()
    {
        try
        {
            return FileNode.At(Path, followsLinks: false).Kind == FileKind.Regular
                ? new SortedDictionary<string, string>(
                    JsonSerializer.Deserialize(File.ReadAllBytes(Path), ResumeJson.Default.DictionaryStringString) ?? throw new JsonException("It holds null."),
                    StringComparer.Ordinal)
                : throw RowsException.Refused(
                    $"{output.Name} is there, and '{Path}', which says what it was begun with, is not: it is finished, or something else wrote it. Delete {Leavings} to begin again.");
        }
        catch (JsonException exception)
        {
            throw RowsException.Refused($"'{Path}' is damaged. Delete it, {Leavings} to begin again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RowsException.Refused($"{output.Name} cannot be resumed: {exception.Message}", exception);
        }
    }

    private static bool IsOurs(string path) => FileNode.At(path, followsLinks: false).Kind is FileKind.None or FileKind.Regular or FileKind.Link;

    private static void DemandOurs(string path)
    {
        if (!IsOurs(path))
        {
            throw new IOException($"'{path}' is no file.");
        }
    }
}
