using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Load;

/// <summary>
/// Sends texts at the times of a Poisson process, whatever has become of those before: the way in which many callers who
/// know nothing of each other do.
/// </summary>
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
        var arrivals = new PoissonArrivals(seed, duration);
        for (int i = seed; arrivals.WaitForNext(perSecond) is { } arrivedAt; i++)
        {
            int text = i % texts.Length;
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
