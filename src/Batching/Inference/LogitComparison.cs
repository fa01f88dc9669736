namespace Batching.Inference;

/// <summary>Compares logits of the same rows from different runs, bit for bit.</summary>
internal sealed class LogitComparison
{
    // What kernels that add in another order differ by stays below this share of the largest logit; a single step of 8-bit
    // activations is far above it. Below 1, the size of the activations counts, not that of the logits.
    private const float RoundingShare = 1e-4f;

    private float largest = 1;

    /// <summary>Whether all bits were the same.</summary>
    public bool AreSame { get; private set; } = true;

    /// <summary>The largest difference; NaN if a logit was not a number.</summary>
    public float WorstDifference { get; private set; }

    /// <summary>What the comparison shows.</summary>
    public InvarianceKind Kind =>
        AreSame ? InvarianceKind.Exact
        : WorstDifference <= RoundingShare * largest ? InvarianceKind.Bounded
        : InvarianceKind.Dependent;

    public void Add(ReadOnlySpan<float> logits, ReadOnlySpan<float> others)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            if (float.IsFinite(logits[i]))
            {
                largest = MathF.Max(largest, MathF.Abs(logits[i]));
            }

            if (BitConverter.SingleToInt32Bits(logits[i]) != BitConverter.SingleToInt32Bits(others[i]))
            {
                AreSame = false;
                WorstDifference = MathF.Max(WorstDifference, MathF.Abs(logits[i] - others[i]));
            }
        }
    }
}
