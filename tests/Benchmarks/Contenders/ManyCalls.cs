using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>The texts in many calls, one after the other or each on a thread of the pool.</summary>
/// <param name="name">What it is called.</param>
/// <param name="classifier">Serves all calls.</param>
/// <param name="calls">The texts of each call.</param>
/// <param name="fromPool">Whether the calls come from threads of the pool, as many at a time as it lets.</param>
internal sealed class ManyCalls(string name, SequenceClassifier classifier, IReadOnlyList<string[]> calls, bool fromPool) : IContender
{
    public string Name => name;

    public Pass Run()
    {
        var watch = Stopwatch.StartNew();
        IReadOnlyList<Classification>[] results = fromPool
            ? Task.WhenAll(calls.Select(texts => Task.Run(() => classifier.Classify(texts)))).GetAwaiter().GetResult()
            : [.. calls.Select(texts => classifier.Classify(texts))];
        watch.Stop();
        return new Pass(watch.Elapsed, [.. results.SelectMany(call => call).SelectMany(result => result.Logits.ToArray())]);
    }
}
