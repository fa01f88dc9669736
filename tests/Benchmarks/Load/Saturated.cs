using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Load;

/// <summary>A way of serving that always has more to do than it can: how much it gets through is its capacity.</summary>
internal sealed class Saturated(IServing serving, string[] texts) : IContender
{
    private const int Callers = 256;

    public string Name => serving.Name;

    public IServing Serving => serving;

    public Pass Run()
    {
        var logits = new ReadOnlyMemory<float>[texts.Length];
        var watch = Stopwatch.StartNew();
        Parallel.ForAsync(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
            logits[i] = await serving.ClassifyAsync(texts[i]).ConfigureAwait(false)).GetAwaiter().GetResult();
        watch.Stop();
        return new Pass(watch.Elapsed, [.. logits.SelectMany(row => row.ToArray())]);
    }
}
