using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What a call allocates on the managed heap, beside the results that it gives.</summary>
internal sealed class AllocationSection : ISection
{
    private const int WarmUps = 20;
    private const int TextsToMeasure = 4000;
    private static readonly int[] CallSizes = [1, 32, 872];

    public string Name => "allocation";

    public string Title => "Allocation";

    public void Write(Settings settings, Report report)
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(
            Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        report.Paragraph(
            "Bytes on the managed heap for each text, on all threads, once the pools are filled. The results are what a call gives back: an object for each text, and their list, logits and scores.");
        var table = new Table("texts a call", "bytes a text", "of which results", "beside them");
        foreach (int size in CallSizes)
        {
            string[] texts = [.. Enumerable.Range(0, size).Select(i => settings.Sentences[i % settings.Sentences.Length])];
            int calls = Math.Max(1, TextsToMeasure / size);
            double all = BytesOf(() => Call(classifier, texts), calls) / size;
            double results = BytesOf(() => Results(size, classifier.Labels.Count), calls) / size;
            table.Add(
                Numbers.Format(size, Numbers.Whole),
                Numbers.Format(all, Numbers.Whole),
                Numbers.Format(results, Numbers.Whole),
                Numbers.Format(all - results, Numbers.Whole));
        }

        report.Table(table);
    }

    private static object Call(SequenceClassifier classifier, string[] texts) =>
        texts.Length == 1 ? classifier.Classify(texts[0]) : classifier.Classify(texts);

    // The same objects as a call gives back, with nothing in them.
    private static Classification[] Results(int texts, int labels)
    {
        var logits = new float[texts * labels];
        var scores = new float[texts * labels];
        var results = new Classification[texts];
        for (int i = 0; i < texts; i++)
        {
            results[i] = new Classification
            {
                Label = "",
                LabelIndex = 0,
                Score = 0,
                Logits = logits.AsMemory(i * labels, labels),
                Scores = scores.AsMemory(i * labels, labels),
                TokenCount = 0,
                IsTruncated = false,
            };
        }

        return results;
    }

    private static double BytesOf(Func<object> action, int times)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            GC.KeepAlive(action());
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < times; i++)
        {
            GC.KeepAlive(action());
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / times;
    }
}
