using Batching.Rows.Files;
using Batching.Rows.Inputs;
using Batching.Rows.Outputs;

namespace Batching.Rows.Runs;

/// <summary>Sees to it that no file of a run is another of its files, whatever its names are.</summary>
internal static class DistinctFiles
{
    /// <exception cref="RowsException">Two of them are one, also through a link.</exception>
    public static void Demand(IReadOnlyList<string> given, IReadOnlyList<InputSource> inputs, OutputTarget output, OutputTarget? rejects)
    {
        // Before the files are compared: what lies among the inputs by now was written by an earlier run.
        DemandOutside(given, output);
        if (rejects is not null)
        {
            DemandOutside(given, rejects);
        }

        var files = new List<Entry>(inputs.Select(Entry.Of)) { Entry.Of(output) };
        if (rejects is not null)
        {
            files.Add(Entry.Of(rejects));
        }

        if (output.IsFile)
        {
            // Links in these places are not followed: only who has such a name is one with them.
            files.AddRange(new[]
            {
                ResumeState.PathOf(output), ResumeState.TemporaryPathOf(output), ParquetJournalWriter.PathOf(output), ParquetJournalWriter.TemporaryPathOf(output),
            }.Select(path => new Entry(path, path, default)));
        }

        for (int index = 0; index < files.Count; index++)
        {
            if (files.Take(index).FirstOrDefault(files[index].IsSameAs) is { Name: not null } other)
            {
                throw RowsException.Refused(
                    $"{Both(other.Name, files[index].Name)}. The input, the output, the rejects and what a run keeps beside its output (OUTPUT.resume, OUTPUT.part) are files of their own.");
            }
        }
    }

    private static void DemandOutside(IReadOnlyList<string> given, OutputTarget target)
    {
        if (target.Descriptor is null && given.FirstOrDefault(input => input != RowFormats.StandardStream && InputFiles.WouldHold(input, target.Path)) is { } holder)
        {
            throw RowsException.Refused(
                $"{target.Name} lies among the inputs '{holder}', and would be read as one of them. Write it elsewhere.", setting: nameof(RowClassificationOptions.Output));
        }
    }

    private static string Both(string one, string other) => one == other ? $"'{one}' is given twice" : $"'{one}' and '{other}' are one file";

    private readonly record struct Entry(string Name, string? Path, FileNode Node)
    {
        public static Entry Of(InputSource input) => input.IsStandardInput
            ? new Entry(input.Name, Path: null, input.Node)
            : new Entry(input.Path, Resolved(input.Path), input.Node);

        public static Entry Of(OutputTarget output) => new(output.Typed == RowFormats.StandardStream ? "stdout" : output.Typed, output.Descriptor is null ? output.Path : null, output.Node);

        // A terminal is read and written at once, and two outputs may both go nowhere.
        public bool IsSameAs(Entry other) =>
            Node.Kind != FileKind.Device && (Node.IsSameAs(other.Node) || (Path is not null && other.Path is not null && IsSamePlace(Path, other.Path)));

        // Also where nothing lies yet.
        private static bool IsSamePlace(string one, string other) =>
            one == other
            || (System.IO.Path.GetFileName(one) == System.IO.Path.GetFileName(other)
                && FileNode.At(System.IO.Path.GetDirectoryName(one)!).IsSameAs(FileNode.At(System.IO.Path.GetDirectoryName(other)!)));

        private static string Resolved(string path)
        {
            try
            {
                string full = System.IO.Path.GetFullPath(path);
                return FileNode.At(full).Kind == FileKind.Regular && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } end ? end.FullName : full;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // Whoever opens it says what is wrong with it.
                return path;
            }
        }
    }
}
