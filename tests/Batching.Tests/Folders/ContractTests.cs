using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Hugging Face folders of every kind that is supported, against what Hugging Face gives for them.</summary>
public sealed class ContractTests(ContractClassifiers classifiers) : IClassFixture<ContractClassifiers>
{
    public static TheoryData<string> Contracts =>
    [
        "distilbert-vocab-txt-only",
        "bert-cased-pairs",
        "bert-multilabel-int32",
        "bert-one-label",
        "bert-regression",
        "distilbert-fixed-shape",
        "distilbert-float16-output",
        "roberta",
        "xlm-roberta",
        "longformer",
        "led",
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_texts_ids_are_Hugging_Faces(string contract)
    {
        var tokenizer = SequenceTokenizer.Load(Repository.Contract(contract));
        JsonObject goldens = Goldens(contract);
        var options = new EncodingOptions { MaxLength = (int)goldens["max_length"]! };
        foreach ((TextInput input, JsonNode golden) in Rows(goldens))
        {
            Assert.Equal(golden["ids"]!.Ints(), tokenizer.Encode(input, options).InputIds);
            Assert.Equal(golden["ids"]!.Ints(), tokenizer.Encode(input).InputIds);
        }
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_texts_logits_are_Hugging_Faces(string contract)
    {
        SequenceClassifier classifier = classifiers[contract];
        foreach ((TextInput input, JsonNode golden) in Rows(Goldens(contract)))
        {
            Classification result = classifier.Classify(input, TestEnd);
            float[] expected = golden["logits"]!.Floats();
            float tolerance = contract == "distilbert-float16-output" ? 1e-2f : 1e-4f;
            Assert.Equal(expected.Length, result.Logits.Length);
            Assert.All(expected, (logit, label) => Assert.Equal(logit, result.Logits.Span[label], tolerance));
            Assert.Equal(golden["ids"]!.AsArray().Count, result.TokenCount);
        }
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_rows_logits_do_not_depend_on_its_batch(string contract)
    {
        SequenceClassifier classifier = classifiers[contract];
        Assert.SkipUnless(classifier.Invariance.IsExact, "This processor's kernels round by length.");
        TextInput[] inputs = [.. Rows(Goldens(contract)).Select(row => row.Input)];

        IReadOnlyList<Classification> together = classifier.Classify(inputs, TestEnd);

        Assert.All(inputs, (input, row) =>
            Assert.Equal(BitsOf(classifier.Classify(input, TestEnd).Logits), BitsOf(together[row].Logits)));
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Labels_are_those_of_id2label(string contract)
    {
        SequenceClassifier classifier = classifiers[contract];
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Contract(contract), "config.json")))!;
        Assert.Equal([.. config["id2label"]!.AsObject().Select(entry => (string)entry.Value!)], classifier.Labels);
        Classification result = classifier.Classify("I hate this so much!", TestEnd);
        Assert.Equal(result.Logits.ToArray().Max(), result.Logits.Span[result.LabelIndex]);
        Assert.Equal(classifier.Labels[result.LabelIndex], result.Label);
        Assert.Equal(result.Scores.Span[result.LabelIndex], result.Score);
    }

    [Theory]
    [InlineData("distilbert-vocab-txt-only")]
    [InlineData("bert-cased-pairs")]
    [InlineData("distilbert-float16-output")]
    [InlineData("longformer")]
    public void Scores_of_one_label_among_several_add_up_to_one(string contract)
    {
        SequenceClassifier classifier = classifiers[contract];
        Classification result = classifier.Classify("I hate this so much!", TestEnd);
        double sum = result.Logits.ToArray().Sum(logit => Math.Exp(logit));
        AssertScores(result, logit => Math.Exp(logit) / sum);
    }

    [Theory]
    [InlineData("bert-multilabel-int32")]
    [InlineData("bert-one-label")]
    public void Scores_of_labels_that_do_not_exclude_each_other_are_each_a_sigmoid(string contract)
    {
        SequenceClassifier classifier = classifiers[contract];
        AssertScores(classifier.Classify("I hate this so much!", TestEnd), logit => 1 / (1 + Math.Exp(-logit)));
    }

    [Fact]
    public void Scores_of_a_regression_are_its_logits()
    {
        SequenceClassifier classifier = classifiers["bert-regression"];
        Classification result = classifier.Classify("I hate this so much!", TestEnd);
        Assert.Equal(BitsOf(result.Logits), BitsOf(result.Scores));
    }

    [Fact]
    public void LEDs_texts_and_pairs_that_spell_end_tokens_go_into_the_same_batches()
    {
        SequenceClassifier classifier = classifiers["led"];
        TextInput[] inputs = ["good", ("good", "bad"), "one</s>", "</s></s>two", ("a</s>", "</s>"), "", "bad", ("", "")];
        IReadOnlyList<Classification> together = classifier.Classify([.. inputs, .. inputs.Reverse()], TestEnd);
        Assert.All(inputs, (input, index) =>
        {
            int[] alone = BitsOf(classifier.Classify(input, TestEnd).Logits);
            Assert.Equal(alone, BitsOf(together[index].Logits));
            Assert.Equal(alone, BitsOf(together[^(index + 1)].Logits));
        });
    }

    [Theory]
    [InlineData("roberta")]
    [InlineData("longformer")]
    [InlineData("led")]
    public void A_text_longer_than_the_model_takes_is_classified_in_windows(string contract)
    {
        using SequenceClassifier windowing = SequenceClassifier.Load(Repository.Contract(contract), new SequenceClassifierOptions
        {
            OptimizeFor = OptimizationGoal.Throughput, LongText = LongText.Windows, Stride = 20,
        });
        string text = string.Concat(Enumerable.Repeat("I've been waiting for a HuggingFace course my whole life. ", 12));
        Classification result = windowing.Classify(["Short.", text], TestEnd)[1];
        IReadOnlyList<SequenceEncoding> windows = windowing.Tokenizer.EncodeWindows(text, new EncodingOptions { Stride = 20 });
        Assert.Equal(windows.Select(window => window.InputIds.Count), result.Windows.Select(window => window.TokenCount));
        Assert.All(result.Windows, (window, index) =>
        {
            using TokenBatch alone = TokenBatch.Pad([windows[index]], windowing.Tokenizer.PadTokenId);
            float[] logits = [.. windowing.Model.Run(alone, TestEnd)];
            Assert.All(logits, (logit, label) => Assert.Equal(logit, window.Logits.Span[label], 1e-4f));
        });
    }

    private static void AssertScores(Classification result, Func<double, double> expected) =>
        Assert.All(result.Logits.ToArray(), (logit, label) => Assert.Equal(expected(logit), result.Scores.Span[label], 1e-6));

    private static int[] BitsOf(ReadOnlyMemory<float> numbers) => [.. numbers.ToArray().Select(BitConverter.SingleToInt32Bits)];

    private static JsonObject Goldens(string contract) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Contract(contract), "goldens.json")))!.AsObject();

    private static IEnumerable<(TextInput Input, JsonNode Golden)> Rows(JsonObject goldens) =>
        goldens["rows"]!.AsArray().Select(row => (new TextInput((string)row!["text"]!, (string?)row["pair"]), row!));
}
