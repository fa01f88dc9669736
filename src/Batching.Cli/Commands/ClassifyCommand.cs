using System.CommandLine;
using Classify.Inputs;
using Classify.Outputs;

namespace Classify.Commands;

/// <summary>Files of texts in, files of labels out.</summary>
internal static class ClassifyCommand
{
    private const string Skip = "skip";

    private static readonly Option<string> Input = new("--input", "-i")
    {
        Description = "The file of texts; - for stdin.",
        HelpName = "FILE",
        DefaultValueFactory = _ => FileFormats.StandardStream,
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The file of labels; - for stdout.",
        HelpName = "FILE",
        DefaultValueFactory = _ => FileFormats.StandardStream,
    };

    private static readonly Option<string?> OutputFormat = Among(new("--output-format")
    {
        Description = "csv, jsonl or parquet. Default: by the ending of the file; jsonl on stdout.",
    }, FileFormats.OutputNames);

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
    }, [ResumableOutput.Stop, Skip]);

    private static readonly Option<string?> Rejects = new("--rejects")
    {
        Description = "The file of the rows that were skipped, as JSON lines. Default: OUTPUT.rejects.jsonl.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Go on where a run of the same command line ended, however it ended; csv and jsonl output. Begins where nothing is there yet.",
    };

    public static Command Create()
    {
        var command = new Command(
            "classify",
            "Classifies the texts of a file. Reads txt, csv, tsv, jsonl and parquet; writes csv, jsonl and parquet: row (from 1), label, score.")
        {
            Input, Output, ColumnOptions.Column, ColumnOptions.PairColumn, ColumnOptions.InputFormat, OutputFormat, ModelChoice.FolderOption,
            ModelChoice.PrecisionOption, TopK, Logits, Keep, OnError, Rejects, Resume,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        ClassifyOptions options = Parse(line);
        ModelChoice model = await options.Model.FetchAsync(cancellationToken);
        await new ClassificationRun(options with { Model = model }).RunAsync(cancellationToken);
    }

    private static Option<string?> Among(Option<string?> option, string[] values)
    {
        option.AcceptOnlyFromAmong(values);
        option.HelpName = string.Join('|', values);
        return option;
    }

    private static ClassifyOptions Parse(ParseResult line)
    {
        string input = line.GetRequiredValue(Input);
        var output = OutputTarget.Of(line.GetRequiredValue(Output), Output.Name);
        var options = new ClassifyOptions
        {
            Input = new InputSource(input),
            InputFormat = ColumnOptions.FormatOf(line, input),
            Output = output,
            OutputFormat = FileFormats.Of(output.Typed, line.GetValue(OutputFormat), OutputFormat.Name, FileFormats.OutputNames, FileFormat.Jsonl),
            Columns = ColumnOptions.Of(line, line.GetRequiredValue(Keep)),
            Model = ModelChoice.Of(line),
            TopK = line.GetValue(TopK),
            WritesLogits = line.GetValue(Logits),
            Rejects = RejectsOf(line, output),
            Resumes = line.GetValue(Resume),
        };
        Check(options);
        return options;
    }

    private static OutputTarget? RejectsOf(ParseResult line, OutputTarget output)
    {
        string? rejects = line.GetValue(Rejects);
        return line.GetValue(OnError) switch
        {
            Skip when rejects is null && !output.IsFile => throw CommandException.Usage(
                $"--on-error skip with the output on {output.Name} needs a file for the rows that are skipped. Give it with --rejects."),
            Skip => OutputTarget.Of(rejects ?? $"{output.Typed}.rejects.jsonl", Rejects.Name),
            _ when rejects is not null => throw CommandException.Usage("--rejects is for rows that are skipped. Give --on-error skip as well."),
            _ => null,
        };
    }

    private static void Check(ClassifyOptions options)
    {
        if (options.TopK < 1)
        {
            throw CommandException.Usage($"--top-k is {options.TopK}; it has to be at least 1.");
        }

        if (options.OutputFormat == FileFormat.Parquet && options.Output.IsStandardOutput)
        {
            throw CommandException.Usage("Parquet cannot be written to stdout. Give a file with --output.");
        }

        if (options.Resumes && options.OutputFormat == FileFormat.Parquet)
        {
            throw CommandException.Usage("--resume cannot go on with parquet, which is readable only once it is finished. Write csv or jsonl.");
        }

        if (options.Resumes && !(options.Output.IsFile && (options.Input.CanBeReadAgain || options.Input.IsMissing) && options.Rejects is null or { IsFile: true }))
        {
            throw CommandException.Usage(
                "--resume needs files, because stdin, stdout, pipes and devices cannot be read again. Give --input, --output and --rejects as files.");
        }

        DistinctFiles.Demand(options.Input, options.Output, options.Rejects);
    }
}
