using System.Buffers;
using Batching.Inference;

namespace Batching.Pipeline;

/// <summary>Rows of ids to logits: pads them into a batch, runs it, and puts the logits where they belong.</summary>
internal sealed class RowRunner(SequenceModel model, int padTokenId, PaddingOptions padding)
{
    public SequenceModel Model => model;

    /// <param name="rows">Where the rows are.</param>
    /// <param name="selected">Which of them make the batch.</param>
    /// <param name="logits">The logits of all rows, <c>[rows, labels]</c>; those of the batch are written.</param>
    /// <param name="run">The worker's run.</param>
    public void Run(TokenRows rows, ReadOnlySpan<int> selected, float[] logits, ModelRun run)
    {
        int width = model.LabelCount;
        using TokenBatch batch = TokenBatch.Pad(rows, selected, padTokenId, padding);
        float[] batchLogits = ArrayPool<float>.Shared.Rent(selected.Length * width);
        try
        {
            model.Run(batch, batchLogits.AsMemory(0, selected.Length * width), run);
            for (int i = 0; i < selected.Length; i++)
            {
                batchLogits.AsSpan(i * width, width).CopyTo(logits.AsSpan(selected[i] * width));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(batchLogits);
        }
    }
}
