using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Batching.Cli.Commands;

/// <summary>An fp32 model to a static int8 one, and how the two compare.</summary>
internal static class QuantizeCommand
{
    private static readonly Option<string> Model = new("--model")
    {
        Description = "The folder of a DistilBERT or BERT classifier in fp32, as Hugging Face lays it out, or hub:organization/name[@revision] to download it.",
        HelpName = "DIR|hub:NAME",
        Required = true,
    };

    private static readonly Option<string> Activations = new("--activations")
    {
        Description = "Sentences such as the model will see, some hundreds of them: txt, csv, tsv, jsonl or parquet.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> Output = new("--output")
    {
        Description = "The folder of the int8 model. Default: that of the model with -int8 at its end.",
        HelpName = "DIR",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many sentences of the file are used at most.",
        HelpName = "N",
        DefaultValueFactory = _ => 5_000,
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replaces the output of an earlier run." };

    // What a model's first runs have to do once.
    private const int TextsToWarmUp = 64;

    public static Command Create()
    {
        var command = new Command("quantize", "Makes a static int8 model of an fp32 one, whose logits do not depend on the batch either.")
        {
            Model, Activations, ColumnOptions.Column, ColumnOptions.PairColumn, ColumnOptions.InputFormat, Limit, Output, Force,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string model = FolderOf(Model, line.GetRequiredValue(Model));
        string output = FolderOf(Output, line.GetValue(Output) ?? $"{NameOf(model)}-int8");
        IReadOnlyList<TextInput> sentences = await ReadAsync(line, cancellationToken);
        ModelChoice fetched = await new ModelChoice(model, ModelPrecision.Float32).FetchAsync(cancellationToken);
        QuantizationResult result = Quantize(fetched.Folder!, sentences, output, line.GetValue(Force), cancellationToken);
        Show(Tables.NewConsole(), result, Race(fetched.Folder!, output, sentences, cancellationToken), output);
    }

    private static QuantizationResult Quantize(
        string model, IReadOnlyList<TextInput> sentences, string output, bool replaces, CancellationToken cancellationToken)
    {
        if (Directory.Exists(output) && !replaces)
        {
            throw CommandException.Usage($"{Output.Name} '{output}' exists. Give another folder, or {Force.Name} to replace it.");
        }

        try
        {
            return Quantizer.Quantize(model, sentences, output, new QuantizerOptions { ReplaceOutput = replaces }, progress: null, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            string sentence = exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);
            throw CommandException.Usage($"{Output.Name}: {sentence}", exception);
        }
        catch (QuantizationException exception)
        {
            throw CommandException.Failed(exception.Message, exception);
        }
    }

    private static Speeds Race(string model, string output, IReadOnlyList<TextInput> sentences, CancellationToken cancellationToken)
    {
        using var fp32 = SequenceClassifier.Load(model, new SequenceClassifierOptions { Precision = ModelPrecision.Float32 });
        using var int8 = SequenceClassifier.Load(output, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        foreach (SequenceClassifier classifier in new[] { fp32, int8 })
        {
            classifier.Classify([.. sentences.Take(TextsToWarmUp)], cancellationToken);
        }

        return SpeedRace.Run(fp32, int8, sentences, cancellationToken);
    }

    // A model of a hub is downloaded into a cache, where nothing of ours belongs.
    private static string NameOf(string model) => model.StartsWith(ModelChoice.HubPrefix, StringComparison.Ordinal)
        ? model.Split('@')[0].Split('/')[^1]
        : Path.TrimEndingDirectorySeparator(model);

    private static string FolderOf(Option option, string folder) => string.IsNullOrWhiteSpace(folder)
        ? throw CommandException.Usage($"{option.Name} is empty. Give a folder.")
        : folder;

    private static async Task<IReadOnlyList<TextInput>> ReadAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string path = line.GetRequiredValue(Activations);
        int limit = line.GetValue(Limit);
        if (limit < 1)
        {
            throw CommandException.Usage($"--limit is {limit}; it has to be at least 1.");
        }

        var sentences = new List<TextInput>();
        await using RowReader reader = await RowReader.OpenAsync(path, ColumnOptions.Of(line, []), cancellationToken);
        await foreach (TextRow row in reader.ReadAsync(cancellationToken))
        {
            if (row.Error is not null)
            {
                throw CommandException.Failed($"{reader.Name}, {row.Place}: {row.Error}. Correct the row, or take it out.");
            }

            if (!string.IsNullOrWhiteSpace(row.Text))
            {
                sentences.Add(row.ToInput());
            }

            if (sentences.Count == limit)
            {
                break;
            }
        }

        return sentences.Count > 0
            ? sentences
            : throw CommandException.Usage($"{reader.Name} has no sentences. Give some hundreds such as the model will see.");
    }

    private static void Show(IAnsiConsole console, QuantizationResult result, Speeds speeds, string output)
    {
        LogitAgreement agreement = result.Agreement;
        Table table = Tables.New("", "fp32", "int8", "int8 to fp32");
        table.Add("bytes", Text($"{result.BytesBefore:N0}"), Text($"{result.BytesAfter:N0}"), Text($"{(double)result.BytesAfter / result.BytesBefore:0.00}x"));
        table.Add("sentences/s", Text($"{speeds.One:N0}"), Text($"{speeds.Other:N0}"), Text($"{speeds.Ratio:0.00}x"));
        table.Add("logits depend on the batch", Answer(!result.InvarianceBefore.IsExact), Answer(!result.InvarianceAfter.IsExact), "");
        table.Add("labels that changed", "", "", Text($"{agreement.Changed:N0} of {agreement.Texts:N0}"));
        table.Add("largest difference of a logit", "", "", Text($"{agreement.LargestDifference:0.0000}"));
        table.Add("mean difference of a logit", "", "", Text($"{agreement.MeanDifference:0.0000}"));
        table.Add("layers in integers", "", Text($"{result.Layers}"), "");
        table.Add("layers left in fp32", "", Text($"{result.LayersLeft}"), "");
        table.Add("embedding tables in integers", "", Text($"{result.Embeddings}"), "");
        console.Write(table);
        console.WriteLine();
        console.WriteLine($"written to {output}");
        console.WriteLine(Text($"labels kept {agreement.KeptShare:0.0000} ({agreement.Texts - agreement.Changed}/{agreement.Texts})"));
    }

    private static string Answer(bool yes) => yes ? "yes" : "no";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
