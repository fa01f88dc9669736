using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Batching.Cli.Commands;

/// <summary>One text, step by step: tokens, ids and mask, then logits and probabilities.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string> Text = new("text") { Description = "The text." };

    private static readonly Option<string?> Pair = new("--pair") { Description = "The second text, for models of pairs.", HelpName = "TEXT" };

    public static Command Create()
    {
        var command = new Command("explain", "Shows what becomes of a text: tokens, ids, mask, logits, probabilities.")
        {
            Text, Pair, ModelChoice.FolderOption, ModelChoice.PrecisionOption,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var input = new TextInput(line.GetRequiredValue(Text), line.GetValue(Pair));
        using SequenceClassifier classifier = (await ModelChoice.Of(line).FetchAsync(cancellationToken)).LoadClassifier();
        SequenceEncoding encoding = classifier.Tokenizer.Encode(input);
        Classification result = classifier.Classify(input, cancellationToken);

        IAnsiConsole console = Tables.NewConsole();
        console.Write(TokenTable(classifier.Tokenizer, encoding));
        if (encoding.IsTruncated)
        {
            console.WriteLine(FormattableString.Invariant(
                $"The text is longer than the {classifier.Tokenizer.MaxLength} tokens that the model takes; the rest was cut off."));
        }

        console.WriteLine();
        console.Write(LabelTable(classifier.Labels, result));
    }

    private static Table TokenTable(SequenceTokenizer tokenizer, SequenceEncoding encoding)
    {
        using TokenBatch batch = TokenBatch.Pad([encoding], tokenizer.PadTokenId);
        Table table = Tables.New("token", "id", "mask", "type");
        IReadOnlyList<string> tokens = tokenizer.ConvertIdsToTokens([.. encoding.InputIds]);
        for (int index = 0; index < tokens.Count; index++)
        {
            table.Add(tokens[index], Number(batch.InputIds[0, index]), Number(batch.AttentionMask[0, index]), Number(batch.TokenTypeIds[0, index]));
        }

        return table;
    }

    private static Table LabelTable(IReadOnlyList<string> labels, Classification result)
    {
        Table table = Tables.New("label", "logit", "probability", "");
        for (int index = 0; index < labels.Count; index++)
        {
            table.Add(
                labels[index],
                Number(result.Logits.Span[index]),
                Number(result.Scores.Span[index]),
                index == result.LabelIndex ? "<- the answer" : "");
        }

        return table;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(float value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
