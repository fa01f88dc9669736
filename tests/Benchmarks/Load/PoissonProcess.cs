namespace Batching.Benchmarks.Load;

/// <summary>When many callers come who know nothing of each other: the times between them are exponential.</summary>
internal static class PoissonProcess
{
    /// <summary>The seconds to the next arrival.</summary>
    public static double Next(Random random, double perSecond) => -Math.Log(1 - random.NextDouble()) / perSecond;
}
