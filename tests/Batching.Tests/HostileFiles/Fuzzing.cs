using System.Globalization;
using CsCheck;

namespace Batching.Tests.HostileFiles;

/// <summary>
/// How long files are fuzzed: a second or so with a fixed seed, or, where the environment says so, as often as it says and
/// with a new seed each time.
/// </summary>
internal static class Fuzzing
{
    /// <summary>The environment variable that holds the number of iterations of a long run.</summary>
    public const string Variable = "BATCHING_FUZZ_ITERATIONS";

    private const int Iterations = 400;

    // One file of a few KB must not take more than this; what a table of 16 million ids takes is within it.
    private const long MostBytes = 1L << 29;

    public static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) ? iterations : Iterations;

    public static void Sample<T>(Gen<T> gen, Action<T> action)
    {
        bool isLong = Environment.GetEnvironmentVariable(Variable) is not null;
        gen.Sample(WithinBounds, seed: isLong ? null : Generators.Seed, iter: Count, threads: 2);

        void WithinBounds(T value)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action(value);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > MostBytes)
            {
                throw new InvalidOperationException($"It took {allocated} bytes of memory.");
            }
        }
    }
}
