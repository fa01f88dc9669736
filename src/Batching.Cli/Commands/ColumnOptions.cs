using System.CommandLine;

namespace Batching.Cli.Commands;

/// <summary>The options by which commands choose the columns and the format of their input.</summary>
internal static class ColumnOptions
{
    public static Option<string?> Column { get; } = new("--column")
    {
        Description = "The column that holds the text. Default: the first of text, sentence, content that is there.",
        HelpName = "NAME",
    };

    public static Option<string?> PairColumn { get; } = new("--pair-column")
    {
        Description = "The column of the second text, for models of pairs.",
        HelpName = "NAME",
    };

    public static Option<string?> InputFormat { get; } = NewInputFormat();

    /// <param name="line">The command line.</param>
    /// <param name="kept">The columns that are read beside the text.</param>
    public static RowReaderOptions Of(ParseResult line, IReadOnlyList<string> kept) => new()
    {
        Format = FormatOf(line.GetValue(InputFormat)),
        TextColumn = line.GetValue(Column),
        PairColumn = line.GetValue(PairColumn),
        KeptColumns = kept,
    };

    /// <summary>A format by its name, which the parser has checked.</summary>
    public static RowFormat? FormatOf(string? name) => name is null ? null : Enum.Parse<RowFormat>(name, ignoreCase: true);

    private static Option<string?> NewInputFormat()
    {
        var option = new Option<string?>("--input-format")
        {
            Description = "txt, csv, tsv, jsonl or parquet. Default: by the ending of the file; txt on stdin.",
        };
        string[] names = ["txt", "csv", "tsv", "jsonl", "parquet"];
        option.AcceptOnlyFromAmong(names);
        option.HelpName = string.Join('|', names);
        return option;
    }
}
