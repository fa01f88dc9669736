using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Cli.Tests;

/// <summary>The commands beside classify: evaluate, tokenize, logits, explain.</summary>
public sealed class CommandsTests : IDisposable
{
    private static readonly JsonObject[] Singles =
        [.. JsonLines.Read(Repository.Conformance("bert-base-uncased"), "tokens-singles.jsonl")];

    private readonly Workspace files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Tokenize_gives_the_ids_of_Hugging_Face()
    {
        string input = string.Join('\n', Singles.Select(row => new JsonObject { ["text"] = (string)row["text"]! }.ToJsonString()));
        ToolResult result = await Tool.RunWithInputAsync(input, "tokenize");
        Assert.Equal(
            Singles.Select(row => new JsonObject { ["ids"] = row["ids"]!.DeepClone() }.ToJsonString()),
            result.Succeeded().Lines);
    }

    [Fact]
    public async Task Tokenize_takes_pairs_plain_lines_and_no_special_tokens()
    {
        ToolResult pairs = await Tool.RunWithInputAsync("{\"text\": \"hello\", \"pair\": \"world\"}\n{\"text\": \"hello\", \"pair\": null}\n", "tokenize");
        Assert.Equal(["""{"ids":[101,7592,102,2088,102]}""", """{"ids":[101,7592,102]}"""], pairs.Succeeded().Lines);

        ToolResult plain = await Tool.RunWithInputAsync("hello\n\n{ world", "tokenize", "--no-special-tokens", "--model", Repository.DefaultModel);
        Assert.Equal(["""{"ids":[7592]}""", """{"ids":[]}""", """{"ids":[1063,2088]}"""], plain.Succeeded().Lines);
    }

    [Theory]
    [InlineData("tokenize", "ids")]
    [InlineData("logits", "logits")]
    [InlineData("classify", "row")]
    public async Task A_program_that_waits_for_an_answer_gets_it(string command, string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var process = Tool.Start(command, "--model", Tool.SmallModel);
        for (int question = 0; question < 3; question++)
        {
            await process.StandardInput.WriteLineAsync("a man".AsMemory(), cancellationToken);
            await process.StandardInput.FlushAsync(cancellationToken);
            string? answer = await process.StandardOutput.ReadLineAsync(cancellationToken);
            Assert.StartsWith($"{{\"{name}\":", answer, StringComparison.Ordinal);
        }

        (await Tool.FinishAsync(process)).Succeeded();
    }

    [Fact]
    public async Task Logits_are_the_librarys_to_the_last_bit()
    {
        string[] texts = [.. Singles.Select(row => (string)row["text"]!).Where(text => text.Length < 80).Take(60)];
        using var classifier = SequenceClassifier.Load(Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        IEnumerable<int> expected = classifier.Classify(texts).SelectMany(result => result.Logits.ToArray()).Select(BitConverter.SingleToInt32Bits);

        string input = string.Join('\n', texts.Select(text => new JsonObject { ["text"] = text }.ToJsonString()));
        foreach (string[] model in new[] { Array.Empty<string>(), ["--model", Repository.DefaultModel, "--precision", "int8"] })
        {
            ToolResult result = await Tool.RunWithInputAsync(input, ["logits", .. model]);
            Assert.Equal(
                expected,
                result.Succeeded().Lines.SelectMany(line => JsonNode.Parse(line)!["logits"]!.Floats()).Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public async Task Precision_chooses_the_file_of_a_folder()
    {
        ToolResult fp32 = await Tool.RunWithInputAsync("I love this!", "logits", "--model", Repository.DefaultModel, "--precision", "fp32");
        ToolResult standard = await Tool.RunWithInputAsync("I love this!", "logits", "--model", Repository.DefaultModel);
        ToolResult int8 = await Tool.RunWithInputAsync("I love this!", "logits", "--model", Repository.DefaultModel, "--precision", "int8");
        Assert.Equal(standard.Succeeded().Output, fp32.Succeeded().Output);
        Assert.NotEqual(int8.Succeeded().Output, fp32.Output);
    }

    [Fact]
    public async Task Evaluate_counts_what_is_right_and_shows_the_worst_mistakes()
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        string[] texts = ["I love this!", "I hate this so much!", "A charming journey.", "Too long, and so dull.", "A \"great\" cast"];
        int[] labels = [1, 0, 0, 0, 1];
        Assert.Equal([1, 0, 1, 0, 1], classifier.Classify(texts).Select(result => result.LabelIndex));

        string[] names = ["NEGATIVE", "positive"];
        string sentences = files.Write("a.tsv", "label\tcontent\n" + string.Concat(texts.Zip(labels, (text, label) => $"{label}\t{text}\n")));
        string named = files.Write("a.jsonl", string.Concat(texts.Zip(labels, (text, label) =>
            new JsonObject { ["sentence"] = text, ["gold"] = names[label] }.ToJsonString() + "\n")));
        foreach (string[] arguments in new string[][] { [sentences], [named, "--label-column", "gold", "--model", Repository.DefaultModel, "--precision", "int8"] })
        {
            ToolResult result = await Tool.RunAsync(["evaluate", .. arguments]);
            string[] rows = [.. result.Succeeded().Lines.Select(line => string.Join(' ', line.Split((char[])[' ', '|'], StringSplitOptions.RemoveEmptyEntries)))];
            Assert.Contains("NEGATIVE 2 1", rows);
            Assert.Contains("POSITIVE 0 2", rows);
            string score = classifier.Classify(texts[2]).Score.ToString("0.0000", CultureInfo.InvariantCulture);
            Assert.Contains($"line {(arguments.Length == 1 ? 4 : 3)} NEGATIVE POSITIVE {score} {texts[2]}", rows);
            Assert.Equal("accuracy 0.8000 (4/5)", rows[^1]);
        }
    }

    [Fact]
    public async Task Evaluate_names_the_line_of_a_label_that_the_model_has_not()
    {
        string source = files.Write("a.tsv", "label\ttext\n1\ta\n2\tb\n");
        (await Tool.RunAsync("evaluate", source, "--model", Tool.SmallModel))
            .Failed(1, $"{source}, line 3: '2' in the column 'label' is no label of the model. Use NEGATIVE or POSITIVE, or the numbers from 0 to 1.");
    }

    [Fact]
    public async Task Explain_shows_tokens_ids_mask_logits_and_probabilities()
    {
        const string Text = "I've been waiting for a HuggingFace course my whole life.";
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        Classification expected = classifier.Classify(Text);
        SequenceEncoding encoding = classifier.Tokenizer.Encode(Text);

        ToolResult result = await Tool.RunAsync("explain", Text);
        string[] rows = [.. result.Succeeded().Lines.Select(line => string.Join(' ', line.Split((char[])[' ', '|'], StringSplitOptions.RemoveEmptyEntries)))];
        Assert.All(
            classifier.Tokenizer.ConvertIdsToTokens([.. encoding.InputIds]).Zip(encoding.InputIds),
            token => Assert.Contains($"{token.First} {token.Second} 1 0", rows));
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"NEGATIVE {expected.Logits.Span[0]:0.0000} {expected.Scores.Span[0]:0.0000}"), rows);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"POSITIVE {expected.Logits.Span[1]:0.0000} {expected.Scores.Span[1]:0.0000} <- the answer"), rows);
    }

    [Fact]
    public async Task Explain_says_that_a_text_was_cut()
    {
        ToolResult result = await Tool.RunAsync("explain", string.Join(' ', Enumerable.Repeat("man", 100)), "--model", Tool.SmallModel);
        Assert.Contains("longer than the 64 tokens", result.Succeeded().Output, StringComparison.Ordinal);
    }
}
