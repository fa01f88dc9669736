using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>What code allocates once it has been running for a while.</summary>
internal static class Allocations
{
    // While the runtime has not yet compiled all of it in full, even code that allocates nothing does.
    private const int MostRounds = 100_000;

    /// <summary>Runs until once nothing is allocated.</summary>
    public static void EndAfterAWhile(Action run)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            if (GC.GetAllocatedBytesForCurrentThread() == before)
            {
                return;
            }
        }

        Assert.Fail($"Still something is allocated after {MostRounds} rounds.");
    }
}
