using System.Numerics;

namespace Batching.Inference;

/// <summary>Which of two sessions runs a lone text faster: one thread, or all cores. Measured on the texts themselves.</summary>
/// <remarks>
/// All cores are faster while the machine has them to give, and slower where a neighbour holds one up: then the run waits for
/// the thread that does not get on. That changes from minute to minute and with the length of the text, so it is never
/// settled: the slower one is tried again from time to time. Thread-safe.
/// </remarks>
internal sealed class SessionChoice
{
    /// <summary>How many runs in a row try the slower session. In a row, because the other's threads spin on for a moment.</summary>
    public const int TrialRuns = 3;

    /// <summary>How many runs there are from one trial to the next, once it has been tried a few times at shorter distances.</summary>
    public const int TrialPeriod = 128;

    private const int FirstTrialPeriod = 8;

    // A class for every power of two in the number of tokens.
    private readonly LengthClass[] classes = [.. Enumerable.Range(0, 32).Select(_ => new LengthClass())];
    private readonly Lock gate = new();

    /// <summary>Whether the next run of so many tokens is to use all cores.</summary>
    public bool UsesAllCores(int tokens)
    {
        lock (gate)
        {
            return ClassOf(tokens).Next();
        }
    }

    /// <summary>Tells how long a run took.</summary>
    public void Add(int tokens, bool usedAllCores, TimeSpan time)
    {
        lock (gate)
        {
            LengthClass lengths = ClassOf(tokens);
            (usedAllCores ? lengths.AllCores : lengths.OneThread).Add(time.TotalSeconds / tokens);
        }
    }

    private LengthClass ClassOf(int tokens) => classes[BitOperations.Log2((uint)tokens)];

    private sealed class LengthClass
    {
        private int period = FirstTrialPeriod;
        private int runs;

        public RecentTimes OneThread { get; } = new();

        public RecentTimes AllCores { get; } = new();

        public bool Next()
        {
            if (!OneThread.IsEnough || !AllCores.IsEnough)
            {
                return OneThread.IsEnough;
            }

            bool isFaster = AllCores.Median < OneThread.Median;
            if (runs == period)
            {
                runs = 0;
                period = Math.Min(2 * period, TrialPeriod);
            }

            return runs++ < period - TrialRuns ? isFaster : !isFaster;
        }
    }

    /// <summary>The last few times, by their median, which one hiccup does not move.</summary>
    private sealed class RecentTimes
    {
        private readonly double[] seconds = new double[(2 * TrialRuns) - 1];
        private int count;

        public bool IsEnough => count >= TrialRuns;

        public double Median
        {
            get
            {
                Span<double> sorted = stackalloc double[seconds.Length];
                seconds.CopyTo(sorted);
                sorted = sorted[..Math.Min(count, seconds.Length)];
                sorted.Sort();
                return sorted[sorted.Length / 2];
            }
        }

        public void Add(double time) => seconds[count++ % seconds.Length] = time;
    }
}
