using System.CommandLine;
using System.Globalization;
using Batching.Cli.Progress;
using Spectre.Console;

namespace Batching.Cli.Commands;

/// <summary>A file with labels: how many the model gets right, what it takes for what, and where it is surest and wrong.</summary>
internal static class EvaluateCommand
{
    private const int ShownText = 100;

    private static readonly Argument<string> File = new("FILE") { Description = "A file with a column of texts and one of labels: tsv, csv, jsonl or parquet." };

    private static readonly Option<string> LabelColumn = new("--label-column")
    {
        Description = "The column that holds the label, by name or by number.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "label",
    };

    private static readonly Option<int> Worst = new("--worst")
    {
        Description = "How many of the worst mistakes are shown.",
        HelpName = "N",
        DefaultValueFactory = _ => 5,
    };

    public static Command Create()
    {
        var command = new Command("evaluate", "Shows the accuracy on a labelled file, the confusion matrix and the worst mistakes.")
        {
            File, ColumnOptions.Column, ColumnOptions.PairColumn, LabelColumn, ColumnOptions.InputFormat, Worst, ModelChoice.FolderOption,
            ModelChoice.PrecisionOption,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string path = line.GetRequiredValue(File);
        string labelColumn = line.GetRequiredValue(LabelColumn);
        ModelChoice model = ModelChoice.Of(line);

        // What is wrong with the file is said before a model is downloaded for it.
        await using RowReader reader = await RowReader.OpenAsync(path, ColumnOptions.Of(line, [labelColumn]), cancellationToken);
        model = await model.FetchAsync(cancellationToken);
        IReadOnlyList<string> labels = [];
        Confusion confusion = new(0);
        var worst = new PriorityQueue<Mistake, float>();
        await ProgressDisplays.OnError().RunAsync(async report =>
        {
            using SequenceClassifier classifier = model.LoadClassifier();
            labels = classifier.Labels;
            confusion = new Confusion(labels.Count);
            using var padding = new PaddingListener();
            var figures = new RunFigures(TimeProvider.System, () => padding.Share ?? 0);
            long tokens = 0;
            await foreach ((TextRow row, Classification result) in classifier.ClassifyRowsAsync(reader, cancellationToken))
            {
                int actual = IndexOf(row, labels, reader.Name, labelColumn);
                confusion.Add(actual, result.LabelIndex);
                if (actual != result.LabelIndex)
                {
                    // The least sure of those kept goes first.
                    worst.Enqueue(new Mistake(row, labels[actual], result), result.Score);
                    _ = worst.Count > line.GetValue(Worst) ? worst.Dequeue() : null;
                }

                tokens += result.TokenCount;
                figures.Update(confusion.Total, tokens, row.Position, reader.Length);
                report(figures);
            }
        });
        Show(Tables.NewConsole(), labels, confusion, worst);
    }

    private static int IndexOf(TextRow row, IReadOnlyList<string> labels, string file, string labelColumn)
    {
        string? label = row.Kept[0].Text;
        for (int index = 0; index < labels.Count; index++)
        {
            if (string.Equals(labels[index], label, StringComparison.OrdinalIgnoreCase)
                || label == index.ToString(CultureInfo.InvariantCulture))
            {
                return index;
            }
        }

        throw CommandException.Failed(
            $"{file}, {row.Place}: '{label}' in the column '{labelColumn}' is no label of the model. Use {string.Join(" or ", labels.Take(5))}{(labels.Count > 5 ? " and so on" : "")}, or the numbers from 0 to {labels.Count - 1}.");
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<string> labels, Confusion confusion, PriorityQueue<Mistake, float> worst)
    {
        int[] occurring = [.. confusion.Occurring];
        Table matrix = Tables.New(["actual \\ predicted", .. occurring.Select(label => labels[label])]);
        foreach (int actual in occurring)
        {
            matrix.Add([labels[actual], .. occurring.Select(predicted => confusion[actual, predicted].ToString(CultureInfo.InvariantCulture))]);
        }

        console.Write(matrix);
        console.WriteLine();
        if (worst.Count > 0)
        {
            Table mistakes = Tables.New("where", "actual", "predicted", "score", "text");
            foreach ((Mistake mistake, _) in worst.UnorderedItems.OrderByDescending(item => item.Priority))
            {
                mistakes.Add(
                    mistake.Row.Place, mistake.Actual, mistake.Result.Label, mistake.Result.Score.ToString("0.0000", CultureInfo.InvariantCulture), Shown(mistake.Row));
            }

            console.Write(mistakes);
            console.WriteLine();
        }

        console.WriteLine(FormattableString.Invariant($"accuracy {confusion.Accuracy:0.0000} ({confusion.Correct}/{confusion.Total})"));
    }

    private static string Shown(TextRow row)
    {
        string text = (row.Pair is null ? row.Text : $"{row.Text} / {row.Pair}").ReplaceLineEndings(" ");
        return text.Length <= ShownText ? text : $"{text[..ShownText]}...";
    }
}
