namespace Batching.Benchmarks.Racing;

/// <summary>The median of the rounds, and how far they went either way.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length > 0
            ? new Spread((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1])
            : throw new ArgumentException("There is no value to take the median of.", nameof(values));
    }
}
