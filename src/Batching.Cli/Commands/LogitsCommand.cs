using System.CommandLine;
using System.Text.Json;
using Batching.Rows.Outputs;
using Batching.Rows.Runs;

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
        using var output = OutputFile.Open(OutputTarget.StandardOutput);
        await using var json = new Utf8JsonWriter(output.Buffer, JsonlResultWriter.Options);
        await using var texts = new TextLines();
        try
        {
            // A program that asks and waits for the answer gets it.
            IAsyncEnumerable<TextInput> inputs = texts.ReadAsync(cancellationToken);
            await foreach (Classification result in ResultStream.ReadAsync(classifier, inputs, output.Commit, cancellationToken))
            {
                json.WriteStartObject();
                JsonlResultWriter.WriteNumbers(json, ResultColumns.Logits, result.Logits.ToArray());
                json.WriteEndObject();
                JsonlResultWriter.EndLine(json, output);
                if (output.Buffer.WrittenCount >= CommitBytes)
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
