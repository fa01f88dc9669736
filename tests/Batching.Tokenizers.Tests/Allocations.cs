using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>What code allocates once it has been running for a while.</summary>
internal static class Allocations
{
    // While the runtime has not yet compiled all of it in full, even code that allocates nothing does.
    private const int ManyRounds = 1_000_000;

    /// <summary>Runs until once nothing is allocated.</summary>
    /// <param name="run">What is run.</param>
    /// <param name="mostRounds">How often at most: less for what takes long.</param>
    public static void EndAfterAWhile(Action run, int mostRounds = ManyRounds)
    {
        for (int round = 0; round < mostRounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            if (GC.GetAllocatedBytesForCurrentThread() == before)
            {
                return;
            }
        }

        Assert.Fail($"Still something is allocated after {mostRounds} rounds.");
    }
}
