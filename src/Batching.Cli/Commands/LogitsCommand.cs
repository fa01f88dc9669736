using System.CommandLine;

namespace Batching.Cli.Commands;

/// <summary>Texts on stdin, logits on stdout.</summary>
internal static class LogitsCommand
{
    private const int CommitBytes = 1 << 15;

    public static Command Create()
    {
        var command = new Command(
            "logits",
            "Reads texts on stdin, JSON lines {\"text\": ...[, \"pair\": ...]} or plain lines, and writes JSON lines {\"logits\": [...]} on stdout.")
        {
            ModelChoice.FolderOption, ModelChoice.PrecisionOption,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        using SequenceClassifier classifier = (await ModelChoice.Of(line).FetchAsync(cancellationToken)).LoadClassifier();
        using var output = new JsonLineWriter();
        await using var texts = new TextLines();
        try
        {
            // A program that asks and waits for the answer gets it.
            IAsyncEnumerable<TextInput> inputs = texts.ReadAsync(cancellationToken);
            await foreach (Classification result in classifier.ClassifyStreamAsync(inputs, output.Commit, cancellationToken))
            {
                output.Json.WriteStartObject();
                output.WriteNumbers("logits", result.Logits.ToArray());
                output.Json.WriteEndObject();
                output.EndLine();
                if (output.UncommittedBytes >= CommitBytes)
                {
                    output.Commit();
                }
            }
        }
        finally
        {
            output.Commit();
        }
    }
}
