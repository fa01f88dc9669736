using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>This library's front door, given all texts in one call.</summary>
internal sealed class LibraryContender(string name, SequenceClassifier classifier, string[] texts) : IContender
{
    public string Name => name;

    public Pass Run()
    {
        var watch = Stopwatch.StartNew();
        IReadOnlyList<Classification> results = classifier.Classify(texts);
        watch.Stop();
        return new Pass(watch.Elapsed, [.. results.SelectMany(result => result.Logits.ToArray())]);
    }
}
