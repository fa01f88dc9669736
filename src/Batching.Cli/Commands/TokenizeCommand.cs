using System.CommandLine;

namespace Batching.Cli.Commands;

/// <summary>Texts on stdin, ids on stdout.</summary>
internal static class TokenizeCommand
{
    private const int CommitBytes = 1 << 15;

    private static readonly Option<bool> NoSpecialTokens = new("--no-special-tokens")
    {
        Description = "Without the tokens around a text, such as [CLS] and [SEP].",
    };

    public static Command Create()
    {
        var command = new Command(
            "tokenize",
            "Reads texts on stdin, JSON lines {\"text\": ...[, \"pair\": ...]} or plain lines, and writes JSON lines {\"ids\": [...]} on stdout. Long texts are not cut.")
        {
            ModelChoice.FolderOption, NoSpecialTokens,
        };
        CommandRunner.SetAction(command, RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        ModelChoice model = await new ModelChoice(line.GetValue(ModelChoice.FolderOption), Precision: null).FetchAsync(cancellationToken);
        SequenceTokenizer tokenizer = model.LoadTokenizer();
        foreach (string note in tokenizer.Notes)
        {
            await Console.Error.WriteLineAsync($"Note: {note}");
        }

        var options = new EncodingOptions { AddSpecialTokens = !line.GetValue(NoSpecialTokens), Truncation = TruncationStrategy.None };
        using var output = new JsonLineWriter();
        await using var texts = new TextLines();
        try
        {
            await foreach (TextInput text in texts.ReadAsync(cancellationToken))
            {
                output.Json.WriteStartObject();
                output.Json.WriteStartArray("ids");
                foreach (int id in tokenizer.Encode(text, options).InputIds)
                {
                    output.Json.WriteNumberValue(id);
                }

                output.Json.WriteEndArray();
                output.Json.WriteEndObject();
                output.EndLine();

                // A program that asks and waits for the answer gets it.
                if (output.UncommittedBytes >= CommitBytes || !texts.HasBufferedText)
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
