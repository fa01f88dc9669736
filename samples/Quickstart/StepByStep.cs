using System.Numerics.Tensors;
using Batching;

namespace Quickstart;

/// <summary>What happens below the one line, step by step.</summary>
internal static class StepByStep
{
    public static void Run()
    {
        using var classifier = Sst2.Load();

        // Text to ids: ragged rows, truncated at the model's limit.
        using TokenRows rows = classifier.Tokenizer.EncodeBatch(["I love this!", "So have I, my whole life."]);

        // Ids to a rectangle, with the mask that tells tokens from padding.
        using TokenBatch batch = TokenBatch.Pad(rows, classifier.Tokenizer.PadTokenId);
        ReadOnlyTensorSpan<long> inputIds = batch.InputIds;           // [2, 10]
        ReadOnlyTensorSpan<long> attentionMask = batch.AttentionMask; // [2, 10]

        // The rectangle to logits: one row for each text.
        Tensor<float> logits = classifier.Model.Run(batch);           // [2, 2]

        Console.WriteLine($"ids and mask [{inputIds.Lengths[0]}, {attentionMask.Lengths[1]}]");
        for (int row = 0; row < batch.Rows; row++)
        {
            Console.WriteLine($"logits {logits[row, 0]:0.0000} {logits[row, 1]:0.0000}");
        }
    }
}
