namespace Batching.Benchmarks.Reports;

/// <summary>Something that the measurements have to show.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Limit">What is wanted.</param>
/// <param name="IsMost">Whether the limit is the most that may be, not the least.</param>
/// <param name="Format">How its numbers are written.</param>
/// <param name="WhyMissed">What is to be said where it is not met.</param>
internal sealed record Target(string What, double Limit, bool IsMost, string Format, string WhyMissed)
{
    public bool IsMetBy(double value) => IsMost ? value <= Limit : value >= Limit;
}
