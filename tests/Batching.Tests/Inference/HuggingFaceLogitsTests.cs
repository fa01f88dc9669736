using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>The default model's logits are those of Hugging Face transformers.</summary>
public sealed class HuggingFaceLogitsTests(DefaultModel models) : IClassFixture<DefaultModel>
{
    // What the README of the model states of its int8 file on these texts, 0.49, before it was rounded.
    // 0.495 with the kernels for AVX-512, 0.505 with those for AVX2: the processor rounds, too.
    private const float Int8Difference = 0.51f;
    private const float Float32Difference = 1e-4f;

    private static readonly JsonObject Goldens =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.DefaultModel, "goldens.json")))!.AsObject();

    [Fact]
    public void A_text_has_the_ids_and_the_truncation_of_Hugging_Face()
    {
        foreach (JsonNode? golden in Goldens["rows"]!.AsArray())
        {
            SequenceEncoding row = models.Tokenizer.Encode((string)golden!["text"]!);
            Assert.Equal(golden["ids"]!.Ints(), row.InputIds);
            Assert.Equal((bool)golden["truncated"]!, row.IsTruncated);
        }
    }

    [Theory]
    [InlineData(ModelPrecision.Float32, Float32Difference)]
    [InlineData(ModelPrecision.Int8, Int8Difference)]
    public void A_texts_logits_are_those_of_Hugging_Face(ModelPrecision precision, float difference)
    {
        foreach (JsonNode? golden in Goldens["rows"]!.AsArray())
        {
            using TokenBatch batch = TokenBatch.Pad([golden!["ids"]!.Ints()], models.Tokenizer.PadTokenId);
            AssertNear(golden["logits"]!.Floats(), models[precision].Run(batch, TestContext.Current.CancellationToken), row: 0, difference);
        }
    }

    [Fact]
    public void A_padded_batchs_logits_are_those_of_Hugging_Face_with_its_mask_and_without()
    {
        int[][] ids = [.. Goldens["rows"]!.AsArray().Select(row => row!["ids"]!.Ints())];
        SequenceModel model = models[ModelPrecision.Float32];
        foreach (JsonNode? golden in Goldens["batches"]!.AsArray())
        {
            using TokenBatch batch = TokenBatch.Pad(
                [.. golden!["rows"]!.Ints().Select(row => ids[row])],
                models.Tokenizer.PadTokenId,
                new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = (int)golden["length"]! });
            Tensor<float> masked = model.Run(batch, TestContext.Current.CancellationToken);
            Tensor<float> unmasked = model.Run(batch.InputIds, TestContext.Current.CancellationToken);
            for (int row = 0; row < batch.Rows; row++)
            {
                AssertNear(golden["logits"]![row]!.Floats(), masked, row, Float32Difference);
                AssertNear(golden["logits_without_mask"]![row]!.Floats(), unmasked, row, Float32Difference);
            }
        }
    }

    private static void AssertNear(float[] expected, Tensor<float> logits, int row, float difference)
    {
        for (int label = 0; label < expected.Length; label++)
        {
            Assert.InRange(logits[row, label], expected[label] - difference, expected[label] + difference);
        }
    }
}
