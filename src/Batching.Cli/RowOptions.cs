using System.CommandLine;

namespace Batching.Cli;

/// <summary>The options of the command line behind those that errors about rows name.</summary>
internal static class RowOptions
{
    /// <summary>The option of a command that mends what is wrong; null where it has none.</summary>
    public static string? NamedFor(RowsException exception, Command? command)
    {
        string[] candidates = exception.Setting switch
        {
            nameof(RowClassificationOptions.Inputs) => ["--input", "--activations"],
            nameof(RowClassificationOptions.Output) => ["--output"],
            nameof(RowClassificationOptions.OutputFormat) => ["--output-format"],
            nameof(RowClassificationOptions.TopK) => ["--top-k"],
            nameof(RowClassificationOptions.SkipUnreadableRows) => ["--on-error skip"],
            nameof(RowClassificationOptions.Rejects) => ["--rejects"],
            nameof(RowClassificationOptions.Resume) when exception.Row is not null => ["--resume --on-error skip"],
            nameof(RowClassificationOptions.Resume) => ["--resume"],
            nameof(RowReaderOptions.Format) => ["--input-format"],
            nameof(RowReaderOptions.TextColumn) => ["--column"],
            nameof(RowReaderOptions.PairColumn) => ["--pair-column"],
            nameof(RowReaderOptions.KeptColumns) => ["--keep", "--label-column"],
            _ => [],
        };
        return Array.Find(candidates, candidate => command?.Options.Any(option => option.Name == candidate.Split(' ')[0]) == true);
    }
}
