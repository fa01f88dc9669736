using System.Collections.Concurrent;
using System.Diagnostics;

namespace Batching.Benchmarks.Load;

/// <summary>What became of the texts of one load. Thread-safe while it is filled.</summary>
internal sealed class LoadResult
{
    private readonly ConcurrentBag<double> answered = [];
    private readonly ConcurrentBag<double> refused = [];
    private readonly long startedAt = Stopwatch.GetTimestamp();
    private long lastAnswerAt;
    private int wrong;

    public double AnsweredPerSecond => answered.Count / Stopwatch.GetElapsedTime(startedAt, lastAnswerAt).TotalSeconds;

    public double RefusedShare => (double)refused.Count / (answered.Count + refused.Count);

    /// <summary>How many had other logits than the text alone.</summary>
    public int WrongCount => wrong;

    /// <summary>What one of them met that is neither an answer nor a refusal, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The time from its arrival that a part of the answered took at most, in seconds.</summary>
    public double AnswerTime(double part) => Quantile(answered, part);

    /// <summary>The time from its arrival after which a part of the refused knew, in seconds; 0 where none was.</summary>
    public double RefusalTime(double part) => Quantile(refused, part);

    public void Answered(TimeSpan time, bool isRight)
    {
        answered.Add(time.TotalSeconds);
        Volatile.Write(ref lastAnswerAt, Stopwatch.GetTimestamp());
        if (!isRight)
        {
            Interlocked.Increment(ref wrong);
        }
    }

    public void Failed(Exception exception) => Failure = exception;

    public void Refused(TimeSpan time) => refused.Add(time.TotalSeconds);

    private static double Quantile(ConcurrentBag<double> seconds, double part)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * part)];
    }
}
