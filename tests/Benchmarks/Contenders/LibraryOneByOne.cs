using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>This library's front door, given one text after the other.</summary>
internal sealed class LibraryOneByOne(string name, SequenceClassifier classifier, string[] texts) : IContender
{
    private readonly Classification[] results = new Classification[texts.Length];

    public string Name => name;

    public Pass Run()
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < texts.Length; i++)
        {
            results[i] = classifier.Classify(texts[i]);
        }

        watch.Stop();
        return new Pass(watch.Elapsed, [.. results.SelectMany(result => result.Logits.ToArray())]);
    }
}
