using System.CommandLine;
using System.Globalization;
using Batching.Cli.Progress;

namespace Batching.Cli.Commands;

/// <summary>Files of texts in, files of labels out.</summary>
internal static class ClassifyCommand
{
    private const string StandardStream = "-";
    private const string Stop = "stop";
    private const string Skip = "skip";

    private static readonly Argument<string[]> Files = new("FILE")
    {
        Description = "Files of texts, folders, or patterns such as 'data/*.csv'; .gz and .zst too. The same as --input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string[]> Input = new("--input", "-i")
    {
        Description = "The file of texts, a folder or a pattern; - for stdin, which is the default. Repeat it for more.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The file of labels; - for stdout. Not packed.",
        HelpName = "FILE",
        DefaultValueFactory = _ => StandardStream,
    };

    private static readonly Option<string?> OutputFormat = Among(new("--output-format")
    {
        Description = "csv, jsonl or parquet. Default: by the ending of the file; jsonl on stdout.",
    }, ["csv", "jsonl", "parquet"]);

    private static readonly Option<string[]> Keep = new("--keep")
    {
        Description = "A column of the input that is carried over to the output. Repeat it for more.",
        HelpName = "COLUMN",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int?> TopK = new("--top-k")
    {
        Description = "The best N labels of each row with their scores. Default: the best alone.",
        HelpName = "N",
    };

    private static readonly Option<bool> Logits = new("--logits") { Description = "Write what the model gave for each label as well." };

    private static readonly Option<string?> OnError = Among(new("--on-error")
    {
        Description = "What a row does that cannot be read: stop the run (default), or go to the rejects file (skip).",
    }, [Stop, Skip]);

    private static readonly Option<string?> Rejects = new("--rejects")
    {
        Description = "The file of the rows that were skipped, as JSON lines. Default: OUTPUT.rejects.jsonl.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Go on where a run of the same command line ended, however it ended. Begins where nothing is there yet.",
    };

    public static Command Create()
    {
        var command = new Command(
            "classify",
            "Classifies the texts of a file. Reads txt, csv, tsv, jsonl and parquet; writes csv, jsonl and parquet: row (from 1), label, score.")
        {
            Files, Input, Output, ColumnOptions.Column, ColumnOptions.PairColumn, ColumnOptions.InputFormat, OutputFormat, ModelChoice.FolderOption,
            ModelChoice.PrecisionOption, TopK, Logits, Keep, OnError, Rejects, Resume,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        RowClassificationOptions options = Parse(line);
        ModelChoice model = ModelChoice.Of(line);

        // What is wrong with the files is said before a model is downloaded for them.
        await using RowClassification run = await RowClassification.OpenAsync(options, cancellationToken);
        model = await model.FetchAsync(cancellationToken);
        string summary = "";
        await ProgressDisplays.OnError().RunAsync(async report =>
        {
            using SequenceClassifier classifier = model.LoadClassifier(computesIdentity: run.CanBeResumed);
            using var padding = new PaddingListener();
            var figures = new RunFigures(TimeProvider.System, () => padding.Share ?? 0);
            RowClassificationResult result = await run.RunAsync(classifier, new RowProgress(figures, report), cancellationToken);
            summary = SummaryOf(figures, result);
        });
        await Console.Error.WriteLineAsync(summary);
    }

    private static string SummaryOf(RunFigures figures, RowClassificationResult result)
    {
        string before = result.RowsDoneBefore == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" After the first {result.RowsDoneBefore:N0}, which were done.");
        string skipped = result.Rejected == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" {result.Rejected:N0} rows were skipped; they are in {NameOf(result.RejectsFile)}.");
        return $"{figures.Summary()}{before}{skipped}";
    }

    private static string NameOf(string? file) => file is null or StandardStream ? "stdout" : $"'{file}'";

    private static Option<string?> Among(Option<string?> option, string[] values)
    {
        option.AcceptOnlyFromAmong(values);
        option.HelpName = string.Join('|', values);
        return option;
    }

    // A shell makes files of a pattern: of `-i data/*.csv` the first is the option's.
    private static string[] InputsOf(ParseResult line)
    {
        string[] inputs = [.. line.GetRequiredValue(Input), .. line.GetValue(Files) ?? []];
        return inputs.Length > 0 ? inputs : [StandardStream];
    }

    private static RowClassificationOptions Parse(ParseResult line) => new()
    {
        Inputs = InputsOf(line),
        Rows = ColumnOptions.Of(line, line.GetRequiredValue(Keep)),
        Output = line.GetRequiredValue(Output),
        OutputFormat = ColumnOptions.FormatOf(line.GetValue(OutputFormat)),
        TopK = line.GetValue(TopK),
        WriteLogits = line.GetValue(Logits),
        SkipUnreadableRows = line.GetValue(OnError) == Skip,
        Rejects = line.GetValue(Rejects),
        Resume = line.GetValue(Resume),
    };
}
