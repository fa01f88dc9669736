using System.Buffers;
using Batching.Inference;

namespace Batching.Pipeline;

/// <summary>Rows of ids to logits: pads them into a batch, runs it, and puts the logits where they belong.</summary>
/// <param name="model">The model.</param>
/// <param name="padTokenId">What fills up the shorter rows.</param>
/// <param name="padding">To which length.</param>
/// <param name="oneByOne">Whether every row is a batch of its own, whatever was planned.</param>
internal sealed class RowRunner(SequenceModel model, int padTokenId, PaddingOptions padding, bool oneByOne)
{
    public SequenceModel Model => model;

    /// <summary>Whether every row is a batch of its own.</summary>
    public bool OneByOne => oneByOne;

    /// <summary>Whether a row gets the same bits whatever it is run with.</summary>
    public bool IsExact => oneByOne || model.Invariance.IsExact;

    /// <summary>Whether <see cref="IsExact"/> costs nothing to ask for.</summary>
    public bool IsExactKnown => oneByOne || model.IsInvarianceKnown;

    /// <param name="rows">Where the rows are.</param>
    /// <param name="selected">Which of them make the batch.</param>
    /// <param name="logits">The logits of all rows, <c>[rows, labels]</c>; those of the batch are written.</param>
    /// <param name="run">The worker's run.</param>
    public void Run(TokenRows rows, ReadOnlySpan<int> selected, float[] logits, StoppableRuns run)
    {
        int rowsPerRun = oneByOne ? 1 : selected.Length;
        float[] batchLogits = ArrayPool<float>.Shared.Rent(rowsPerRun * model.LabelCount);
        try
        {
            for (; !selected.IsEmpty; selected = selected[rowsPerRun..])
            {
                RunBatch(rows, selected[..rowsPerRun], logits, batchLogits, run);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(batchLogits);
        }
    }

    private void RunBatch(TokenRows rows, ReadOnlySpan<int> selected, float[] logits, float[] batchLogits, StoppableRuns run)
    {
        int width = model.LabelCount;
        using TokenBatch batch = TokenBatch.Pad(rows, selected, padTokenId, padding);
        model.Run(batch, batchLogits.AsMemory(0, selected.Length * width), run);
        for (int i = 0; i < selected.Length; i++)
        {
            batchLogits.AsSpan(i * width, width).CopyTo(logits.AsSpan(selected[i] * width));
        }
    }
}
