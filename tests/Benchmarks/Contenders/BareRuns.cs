using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>Runs of a bare session on one text after the other, the ids of which are at hand: nothing but ONNX Runtime.</summary>
internal sealed class BareRuns : IContender
{
    private readonly BareSession session;
    private readonly long[][] ids;
    private readonly long[][] masks;

    public BareRuns(BareSession session, SequenceTokenizer tokenizer, string[] texts)
    {
        this.session = session;
        ids = [.. texts.Select(text => tokenizer.Encode(text).InputIds.Select(id => (long)id).ToArray())];
        masks = [.. ids.Select(row => Enumerable.Repeat(1L, row.Length).ToArray())];
    }

    public string Name => "bare session";

    /// <summary>The runs with whichever of the sessions' thread settings is the fastest.</summary>
    public static BareRuns Fastest(IEnumerable<BareSession> sessions, SequenceTokenizer tokenizer, string[] texts) =>
        Race.Fastest([.. sessions.Select(session => new BareRuns(session, tokenizer, texts))]);

    public Pass Run()
    {
        var logits = new float[ids.Length][];
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < logits.Length; i++)
        {
            logits[i] = session.Run(ids[i], masks[i], rows: 1);
        }

        watch.Stop();
        return new Pass(watch.Elapsed, [.. logits.SelectMany(row => row)]);
    }
}
