namespace Batching;

/// <summary>Whether a row's logits are the same in every batch, as <see cref="InvarianceProbe"/> measured it.</summary>
/// <param name="IsExact">Whether all logits were the same, bit for bit.</param>
/// <param name="WorstDifference">The largest difference between two logits of the same row; NaN if one was not a number.</param>
public readonly record struct Invariance(bool IsExact, float WorstDifference)
{
    internal Invariance With(ReadOnlySpan<float> alone, ReadOnlySpan<float> together)
    {
        Invariance result = this;
        for (int i = 0; i < alone.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(alone[i]) != BitConverter.SingleToInt32Bits(together[i]))
            {
                result = new Invariance(IsExact: false, MathF.Max(result.WorstDifference, MathF.Abs(alone[i] - together[i])));
            }
        }

        return result;
    }
}
