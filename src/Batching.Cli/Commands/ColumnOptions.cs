using System.CommandLine;
using Classify.Inputs;

namespace Classify.Commands;

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

    public static ColumnChoice Of(ParseResult line, IReadOnlyList<string> others) =>
        new(line.GetValue(Column), line.GetValue(PairColumn), others);

    /// <exception cref="CommandException">The ending tells no format.</exception>
    public static FileFormat FormatOf(ParseResult line, string path) =>
        FileFormats.Of(path, line.GetValue(InputFormat), InputFormat.Name, FileFormats.InputNames, FileFormat.Txt);

    private static Option<string?> NewInputFormat()
    {
        var option = new Option<string?>("--input-format")
        {
            Description = "txt, csv, tsv, jsonl or parquet. Default: by the ending of the file; txt on stdin.",
        };
        option.AcceptOnlyFromAmong(FileFormats.InputNames);
        option.HelpName = string.Join('|', FileFormats.InputNames);
        return option;
    }
}
