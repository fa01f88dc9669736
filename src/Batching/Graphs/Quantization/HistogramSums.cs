namespace Batching.Graphs.Quantization;

/// <summary>Sums over the bins of a histogram, by which the loss of any range takes no loop.</summary>
internal sealed class HistogramSums
{
    private readonly double limit;
    private readonly double width;
    private readonly double[] counts;
    private readonly double[] values;
    private readonly double[] squares;

    /// <param name="bins">How many numbers are in each bin.</param>
    /// <param name="limit">The bins reach from minus this to this.</param>
    public HistogramSums(ReadOnlySpan<long> bins, double limit)
    {
        this.limit = limit;
        width = 2 * limit / bins.Length;
        counts = new double[bins.Length + 1];
        values = new double[bins.Length + 1];
        squares = new double[bins.Length + 1];
        for (int bin = 0; bin < bins.Length; bin++)
        {
            double center = ((bin + 0.5) * width) - limit;
            counts[bin + 1] = counts[bin] + bins[bin];
            values[bin + 1] = values[bin] + (bins[bin] * center);
            squares[bin + 1] = squares[bin] + (bins[bin] * center * center);
        }
    }

    /// <summary>The sum of the squares of all numbers.</summary>
    public double Power => squares[^1];

    /// <summary>The sum of the squared errors: what is cut off loses its distance to the range, all else is rounded.</summary>
    /// <param name="low">Where the range begins, at most 0.</param>
    /// <param name="high">Where it ends, at least 0.</param>
    public double Loss(double low, double high)
    {
        int first = BinOf(low);
        int last = BinOf(high) + 1;
        double step = (high - low) / byte.MaxValue;
        double rounded = (counts[last] - counts[first]) * step * step / 12;
        return rounded + CutOff(0, first, low) + CutOff(last, counts.Length - 1, high);
    }

    // The sum of (value - end)² over bins.
    private double CutOff(int from, int to, double end) =>
        squares[to] - squares[from] - (2 * end * (values[to] - values[from])) + (end * end * (counts[to] - counts[from]));

    private int BinOf(double value) => Math.Clamp((int)((value + limit) / width), 0, counts.Length - 2);
}
