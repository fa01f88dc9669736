using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Reports;

/// <summary>What was measured of a target.</summary>
internal sealed record Finding(Target Target, Spread Measured)
{
    public bool IsMet => Target.IsMetBy(Measured.Median);
}
