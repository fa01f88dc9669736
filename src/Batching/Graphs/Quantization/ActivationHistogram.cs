using System.Numerics.Tensors;

namespace Batching.Graphs.Quantization;

/// <summary>How often which activations occurred: in memory that does not grow with their number.</summary>
internal sealed class ActivationHistogram
{
    private const int Bins = 8192;

    // The ends of the range are tried in steps of this ratio, down to a hundredth of the widest.
    private const double Ratio = 0.96;
    private const int Steps = 113;

    private readonly long[] counts = new long[Bins];

    // The bins reach from -limit to limit; a power of two, so that doubling it merges bins in pairs.
    private float limit;

    /// <summary>The smallest number so far, 0 included.</summary>
    public float Lowest { get; private set; }

    /// <summary>The largest number so far, 0 included.</summary>
    public float Highest { get; private set; }

    /// <summary>Counts activations.</summary>
    /// <returns>False if one of them is not finite; none is counted then.</returns>
    public bool TryAdd(ReadOnlySpan<float> activations)
    {
        float lowest = TensorPrimitives.Min(activations);
        float highest = TensorPrimitives.Max(activations);
        if (!float.IsFinite(lowest) || !float.IsFinite(highest))
        {
            return false;
        }

        Lowest = MathF.Min(Lowest, lowest);
        Highest = MathF.Max(Highest, highest);
        Widen(MathF.Max(-Lowest, Highest));
        float perUnit = Bins / 2 / limit;
        foreach (float activation in activations)
        {
            counts[Math.Min((int)((activation + limit) * perUnit), Bins - 1)]++;
        }

        return true;
    }

    /// <summary>The range by which the activations lose least: a narrow one cuts off the rare large ones, a wide one is coarse for all.</summary>
    /// <returns>The range, and which part of the activations' power is lost by it.</returns>
    public (ActivationRange Range, double Loss) Best()
    {
        var sums = new HistogramSums(counts, limit);
        (double Lowest, double Highest) best = (Lowest, Highest);
        double smallest = double.PositiveInfinity;
        double low = Lowest;
        for (int lowStep = 0; lowStep < (Lowest < 0 ? Steps : 1); lowStep++, low *= Ratio)
        {
            double high = Highest;
            for (int highStep = 0; highStep < (Highest > 0 ? Steps : 1); highStep++, high *= Ratio)
            {
                double loss = sums.Loss(low, high);
                if (loss < smallest)
                {
                    (best, smallest) = ((low, high), loss);
                }
            }
        }

        return (ActivationRange.Between(best.Lowest, best.Highest), sums.Power > 0 ? smallest / sums.Power : 0);
    }

    private void Widen(float magnitude)
    {
        if (limit == 0)
        {
            limit = 1;
        }

        while (limit <= magnitude)
        {
            limit *= 2;
            Merge();
        }
    }

    private void Merge()
    {
        var merged = new long[Bins];
        for (int bin = 0; bin < Bins; bin++)
        {
            merged[(Bins / 4) + (bin / 2)] += counts[bin];
        }

        merged.CopyTo(counts, 0);
    }
}
