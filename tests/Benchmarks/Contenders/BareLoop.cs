using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>A loop over a bare session: the texts in the order of their arrival, so many a batch, padded to the longest.</summary>
/// <remarks>The ids are from this library's tokenizer, so that nothing but the batching is compared.</remarks>
internal sealed class BareLoop(string name, BareSession session, SequenceTokenizer tokenizer, string[] texts, int rowsPerBatch) : IContender
{
    public string Name => $"{name}, {(session.Threads == 1 ? "1 thread" : $"{session.Threads} threads")}";

    /// <summary>The loop with whichever of the sessions' thread settings is the fastest.</summary>
    public static BareLoop Fastest(string name, IEnumerable<BareSession> sessions, SequenceTokenizer tokenizer, string[] texts, int rowsPerBatch) =>
        Race.Fastest([.. sessions.Select(session => new BareLoop(name, session, tokenizer, texts, rowsPerBatch))]);

    public Pass Run()
    {
        var logits = new List<float>();
        var watch = Stopwatch.StartNew();
        foreach (string[] batch in texts.Chunk(rowsPerBatch))
        {
            logits.AddRange(RunBatch(batch));
        }

        watch.Stop();
        return new Pass(watch.Elapsed, [.. logits]);
    }

    private float[] RunBatch(string[] batch)
    {
        using TokenRows rows = tokenizer.EncodeBatch(batch);
        return session.Run(rows, tokenizer.PadTokenId);
    }
}
