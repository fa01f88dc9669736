using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Batching.Benchmarks.Racing;

/// <summary>How near logits are to those that they should be.</summary>
internal static class Agreement
{
    public static bool AreSameBits(ReadOnlySpan<float> logits, ReadOnlySpan<float> reference) =>
        MemoryMarshal.AsBytes(logits).SequenceEqual(MemoryMarshal.AsBytes(reference));

    /// <exception cref="InvalidOperationException">There are not as many of both.</exception>
    public static float LargestDifference(float[] logits, float[] reference) => logits.Length == reference.Length
        ? TensorPrimitives.MaxMagnitude<float>([0, .. logits.Zip(reference, (one, other) => one - other)])
        : throw new InvalidOperationException($"There are {logits.Length} logits to compare with {reference.Length}.");

    public static string Describe(float[] logits, float[] reference) => AreSameBits(logits, reference)
        ? "the same bits"
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(LargestDifference(logits, reference)):0.#######} off at most");

    /// <exception cref="InvalidOperationException">A bit differs: whatever was measured, it was not the same work.</exception>
    public static void DemandSameBits(string name, float[] logits, float[] reference)
    {
        if (!AreSameBits(logits, reference))
        {
            throw new InvalidOperationException(
                $"The logits of {name} are not the same bits as those of one sentence at a time; they are {Describe(logits, reference)}.");
        }
    }

    /// <exception cref="InvalidOperationException">A logit is further off: whatever was measured, it was not the same work.</exception>
    public static void DemandWithin(float tolerance, string name, float[] logits, float[] reference)
    {
        if (!(Math.Abs(LargestDifference(logits, reference)) <= tolerance))
        {
            throw new InvalidOperationException(
                $"The logits of {name} are {Describe(logits, reference)}; {tolerance.ToString(CultureInfo.InvariantCulture)} was expected.");
        }
    }
}
