using System.Diagnostics;

namespace Batching.Benchmarks.Load;

/// <summary>When many callers come who know nothing of each other: the times between them are exponential.</summary>
/// <remarks>
/// It sleeps between arrivals, so that it takes nothing from who is measured, and a sleep ends up to a millisecond late: who
/// comes due meanwhile arrives when it wakes. Who comes due while the caller is at work arrived at that time. Not thread-safe.
/// </remarks>
internal sealed class PoissonArrivals(int seed, TimeSpan duration)
{
    private readonly Random random = new(seed);
    private readonly long start = Stopwatch.GetTimestamp();
    private long arrival = Stopwatch.GetTimestamp();
    private double due;

    /// <summary>When the last one was due, counted from the start.</summary>
    public TimeSpan Due => TimeSpan.FromSeconds(due);

    /// <summary>Waits for the next arrival.</summary>
    /// <param name="perSecond">How many arrive in a second, on average.</param>
    /// <returns>When it was, as a timestamp; null once the time is over.</returns>
    public long? WaitForNext(double perSecond)
    {
        due -= Math.Log(1 - random.NextDouble()) / perSecond;
        if (due >= duration.TotalSeconds)
        {
            return null;
        }

        long dueAt = start + (long)(due * Stopwatch.Frequency);
        if (dueAt > arrival)
        {
            arrival = WaitUntil(dueAt);
        }

        return arrival;
    }

    private static long WaitUntil(long dueAt)
    {
        bool slept = false;
        while (true)
        {
            long now = Stopwatch.GetTimestamp();
            if (now >= dueAt)
            {
                return slept ? now : dueAt;
            }

            Thread.Sleep(Math.Max(1, (int)((dueAt - now) * 1000 / Stopwatch.Frequency)));
            slept = true;
        }
    }
}
