namespace Batching.Rows.Outputs;

/// <summary>What an output depends on beside the model, by the names that messages and the state of a run use.</summary>
internal static class ResumeSettings
{
    public const string Input = "input (its content differs)";
    public const string InputFiles = "files of the input (names or sizes differ)";
    public const string InputFormat = "input format";
    public const string OutputFormat = "output format";
    public const string TextColumn = "text column";
    public const string PairColumn = "pair column";
    public const string OutputColumns = "set of output columns";
    public const string TopK = "number of best labels";
    public const string UnreadableRows = "treatment of rows that cannot be read";

    /// <summary>What an output is that was made at the end; no setting, and there only once it is.</summary>
    public const string Finished = "finished";

    /// <summary>The value of <see cref="UnreadableRows"/> where they end the run.</summary>
    public const string Stop = "stop";

    /// <summary>The content of one of several files.</summary>
    public static string InputFile(string path) => $"input '{path}' (its content differs)";

    /// <summary>The option behind a name; null where there is none, or more than one.</summary>
    public static string? OptionOf(string name) => name switch
    {
        InputFormat => nameof(RowReaderOptions.Format),
        OutputFormat => nameof(RowClassificationOptions.OutputFormat),
        TextColumn => nameof(RowReaderOptions.TextColumn),
        PairColumn => nameof(RowReaderOptions.PairColumn),
        TopK => nameof(RowClassificationOptions.TopK),
        UnreadableRows => nameof(RowClassificationOptions.SkipUnreadableRows),
        _ => null,
    };
}
