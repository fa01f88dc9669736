using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Load;

/// <summary>
/// Sends texts at the times of a Poisson process, whatever has become of those before: the way in which many callers who
/// know nothing of each other do.
/// </summary>
/// <remarks>
/// The generator sleeps between arrivals, so that it takes nothing from who is measured, and a sleep ends up to a millisecond
/// late: a text that comes due meanwhile has its arrival when the generator wakes. One that comes due while it is at work
/// counts from the time at which it was due.
/// </remarks>
internal static class OpenLoop
{
    /// <param name="serving">Who is measured.</param>
    /// <param name="texts">What is sent, in turns.</param>
    /// <param name="expected">The logits that each has alone; null where they are not looked at.</param>
    /// <param name="perSecond">How many arrive in a second, on average.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="seed">Decides when they arrive.</param>
    /// <exception cref="InvalidOperationException">A text was neither answered nor refused.</exception>
    public static LoadResult Run(IServing serving, string[] texts, float[][]? expected, double perSecond, TimeSpan duration, int seed)
    {
        var result = new LoadResult();
        var under = new CountdownEvent(1);
        var random = new Random(seed);
        long start = Stopwatch.GetTimestamp();
        double due = PoissonProcess.Next(random, perSecond);
        long arrival = start;
        for (int i = seed; due < duration.TotalSeconds; i++, due += PoissonProcess.Next(random, perSecond))
        {
            long dueAt = start + (long)(due * Stopwatch.Frequency);
            if (dueAt > arrival)
            {
                arrival = WaitUntil(dueAt);
            }

            int text = i % texts.Length;
            long arrivedAt = arrival;
            under.AddCount();
            _ = Task.Run(() => ServeAsync(serving, texts[text], expected?[text], arrivedAt, result, under));
        }

        under.Signal();
        under.Wait();
        under.Dispose();
        return result.Failure is { } failure
            ? throw new InvalidOperationException($"{serving.Name} failed on a text: {failure.Message}", failure)
            : result;
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

    private static async Task ServeAsync(IServing serving, string text, float[]? expected, long arrivedAt, LoadResult result, CountdownEvent under)
    {
        try
        {
            ReadOnlyMemory<float> logits = await serving.ClassifyAsync(text).ConfigureAwait(false);
            result.Answered(Stopwatch.GetElapsedTime(arrivedAt), expected is null || Agreement.AreSameBits(logits.Span, expected));
        }
        catch (QueueFullException)
        {
            result.Refused(Stopwatch.GetElapsedTime(arrivedAt));
        }
        catch (Exception exception)
        {
            result.Failed(exception);
        }
        finally
        {
            under.Signal();
        }
    }
}
