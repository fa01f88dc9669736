using System.Text.Json.Nodes;
using Batching.Inference;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Hugging Face's ids to Hugging Face's logits, for every kind of graph.</summary>
public sealed class ContractRowsTests(ContractModels models) : IClassFixture<ContractModels>
{
    /// <summary>Each with the id that fills up its rows, and how near its logits come to Hugging Face's.</summary>
    public static TheoryData<string, int, float> Contracts => new()
    {
        { "distilbert-vocab-txt-only", 0, 1e-4f },
        { "distilbert-fixed-shape", 0, 1e-4f },
        { "distilbert-float16-output", 0, 1e-2f },
        { "roberta", 1, 1e-4f },
        { "xlm-roberta", 1, 1e-4f },
        { "longformer", 1, 1e-4f },
        { "led", 1, 1e-4f },
    };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_rows_logits_are_Hugging_Faces(string contract, int padTokenId, float tolerance)
    {
        SequenceModel model = models[contract];
        JsonNode[] rows = Rows(contract);
        foreach (JsonNode row in rows)
        {
            using TokenBatch alone = TokenBatch.Pad([row["ids"]!.Ints()], padTokenId);
            AssertNear(row["logits"]!.Floats(), [.. model.Run(alone, TestEnd)], tolerance);
        }

        using TokenBatch together = TokenBatch.Pad([.. rows.Select(row => row["ids"]!.Ints())], padTokenId);
        AssertNear([.. rows.SelectMany(row => row["logits"]!.Floats())], [.. model.Run(together, TestEnd)], tolerance);
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_rows_logits_do_not_depend_on_its_batch(string contract, int padTokenId, float tolerance)
    {
        SequenceModel model = models[contract];
        Invariance invariance = InvarianceProbe.Measure(model, TestEnd);
        Assert.True(invariance.WorstDifference < tolerance);
        Assert.SkipUnless(invariance.IsExact, "This processor's kernels round by length.");
        int[][] rows = [.. Rows(contract).Select(row => row["ids"]!.Ints())];
        var random = new Random(7);
        for (int round = 0; round < 5; round++)
        {
            random.Shuffle(rows);
            int count = random.Next(1, rows.Length + 1);
            using TokenBatch together = TokenBatch.Pad(rows[..count], padTokenId);
            float[] logits = [.. model.Run(together, TestEnd)];
            for (int row = 0; row < count; row++)
            {
                using TokenBatch alone = TokenBatch.Pad([rows[row]], padTokenId);
                Assert.Equal<float>([.. model.Run(alone, TestEnd)], logits.AsSpan(row * model.LabelCount, model.LabelCount));
            }
        }
    }

    [Theory]
    [InlineData("distilbert-fixed-shape", 64, 1500)]
    [InlineData("longformer", 128, 1500)]
    [InlineData("led", 128, 1500)]
    public void The_longest_row_is_the_graphs(string contract, int longest, int vocabularySize)
    {
        SequenceModel model = models[contract];
        Assert.Equal((2, vocabularySize, longest), (model.LabelCount, model.VocabularySize, model.MaxLength));
        int[] tooLong = [.. Enumerable.Repeat(2, longest + 1)];
        using TokenBatch batch = TokenBatch.Pad([tooLong], padTokenId: 0);
        var refusal = Assert.Throws<ArgumentException>(() => model.Run(batch, TestEnd));
        Assert.Contains($"The rows have {longest + 1} columns", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"a fixed length of {longest}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LEDs_rows_with_different_numbers_of_end_tokens_go_into_one_batch()
    {
        // The head reads the last </s>, the id 2; a pair has three. Together they would fill a rectangle of other rows' states.
        SequenceModel model = models["led"];
        int[][] rows = [[0, 45, 2], [0, 45, 2, 2, 291, 2], [0, 291, 2], [0, 2], [0, 2, 2, 2], [0, 7, 2, 9, 2]];
        using TokenBatch together = TokenBatch.Pad(rows, padTokenId: 1);
        float[] logits = [.. model.Run(together, TestEnd)];
        for (int row = 0; row < rows.Length; row++)
        {
            using TokenBatch alone = TokenBatch.Pad([rows[row]], padTokenId: 1);
            Assert.Equal<float>([.. model.Run(alone, TestEnd)], logits.AsSpan(row * 2, 2));
        }
    }

    [Fact]
    public void LEDs_row_without_an_end_token_is_refused()
    {
        SequenceModel model = models["led"];
        using TokenBatch batch = TokenBatch.Pad([[0, 45, 2], [0, 45, 291]], padTokenId: 1);
        var refusal = Assert.Throws<ArgumentException>(() => model.Run(batch, TestEnd));
        Assert.Contains("Row 1 has no end token, the id 2,", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Encode the text with special tokens", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("distilbert-fixed-shape")]
    [InlineData("longformer")]
    [InlineData("led")]
    public void A_models_costs_can_be_measured_whatever_its_shape(string contract)
    {
        MeasuredBatchCosts costs = BatchCostProbe.Run(models[contract], TestEnd);
        Assert.True(costs.Cost.Of(1, 64) > 0);
        Assert.True(costs.Cost.PerBatch >= 0);
    }

    [Fact]
    public void A_dynamic_int8_models_logits_depend_on_the_batch()
    {
        SequenceModel model = models["distilbert-dynamic-int8"];
        Assert.False(InvarianceProbe.Measure(model, TestEnd).IsExact);
    }

    private static JsonNode[] Rows(string contract) => [.. JsonNode.Parse(
        File.ReadAllText(Path.Combine(Repository.Contract(contract), "goldens.json")))!["rows"]!.AsArray().Select(row => row!)];

    private static void AssertNear(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected, (logit, index) => Assert.Equal(logit, actual[index], tolerance));
    }
}
