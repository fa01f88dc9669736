using Batching.Inference;

namespace Batching.Queue;

/// <summary>Whether the next batch has all cores or one, from how busy the queue has lately been: a decision from numbers alone.</summary>
/// <remarks>
/// While most requests find nothing to do before them, a batch that is alone has all cores, if that is faster, and the little
/// that comes meanwhile waits for its end: two texts one after the other on all cores have their answers sooner than side by
/// side. With more to do, batches run side by side, which does more in all. Not thread-safe.
/// </remarks>
internal sealed class CorePolicy
{
    // Where fewer of the latest requests find nothing to do before them, the cores that one has are missed by the next.
    // Chosen by the section "load" of the benchmarks.
    private const double LeastQuietPart = 0.55;

    // Some thirty requests count.
    private const double RequestWeight = 1.0 / 32;

    // What is over in a few milliseconds with all cores: a sentence or two. Chosen by the section "load" of the benchmarks.
    private const int MostHeldTokens = 64;

    // The part of the latest requests that found nothing waiting and nothing running.
    private double quietPart = 1;

    private bool IsQuiet => quietPart >= LeastQuietPart;

    /// <summary>Takes note of a request.</summary>
    /// <param name="isFirst">Whether it found nothing waiting and nothing running.</param>
    public void Add(bool isFirst) => quietPart += ((isFirst ? 1 : 0) - quietPart) * RequestWeight;

    /// <summary>Whether what waits gets its answer sooner after the batch that runs than beside it.</summary>
    public bool HoldsBack(RowLedger rows) => IsQuiet
        && rows.Running is [{ Cores: CoreUse.All, TokenCount: <= MostHeldTokens }]
        && rows.Waiting.TokenCount <= MostHeldTokens;

    /// <summary>Which cores the next batch is to have.</summary>
    /// <param name="rows">What waits and runs.</param>
    /// <param name="coresFor">Which cores are best for a batch of so many tokens that is alone.</param>
    public CoreUse CoresFor(RowLedger rows, Func<int, CoreUse> coresFor) =>
        IsQuiet && rows.Running.Count == 0 && (rows.Waiting.TokenCount <= MostHeldTokens || rows.Waiting.Count == 1)
            ? coresFor(rows.Waiting.TokenCount)
            : CoreUse.Shared;
}
