using Batching.Benchmarks.Load;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>How many requests a second the queue gets through, and its rivals.</summary>
internal sealed class CapacitySection : ISection
{
    private const int TokensPerPass = 8192;
    private const int LongestText = 512;
    private static readonly int[] Lengths = [5, 25, 128, LongestText];

    public string Name => "capacity";

    public string Title => "Capacity for many callers";

    public void Write(Settings settings, Report report)
    {
        report.Paragraph(
            "Requests a second, one text each, where there is always something to do: 256 callers, each of whom sends the next text when the last was answered. A rival is a bare ONNX Runtime session with ids from the same tokenizer: one run for each request, or whatever comes within 5 ms of the first text (at most 32 texts), padded to the longest; each as one worker with all threads or as many workers of one thread as there are cores, whichever does more. The ratios are the queue's.");
        var table = new Table("texts", "queue", "a run each", "ratio", "a window of 5 ms", "ratio");
        var bars = new List<(string Name, double Value, int Group)>();
        var overRuns = new List<Spread>();
        var overWindows = new List<Spread>();
        foreach (ModelPrecision precision in (ModelPrecision[])[ModelPrecision.Int8, ModelPrecision.Float32])
        {
            using var model = ModelSet.Load(precision);
            foreach ((string mix, string[] texts) in Mixes(settings))
            {
                Write($"{mix}, {model.Name}", model, texts);
            }
        }

        report.Finding(new Finding(Targets.CapacityOverRuns, overRuns.MinBy(ratio => ratio.Median)));
        report.Finding(new Finding(Targets.CapacityOverWindows, overWindows.MinBy(ratio => ratio.Median)));
        report.Table(table);
        report.Picture(
            Charts.Bars("capacity.png", $"Requests a second, {Workload.Name}", "requests/s", Numbers.Whole, bars),
            "Bars of requests a second for the queue and its rivals; the numbers are in the table above.");

        void Write(string mix, ModelSet model, string[] texts)
        {
            using var servings = new ServingSet(model, int.MaxValue / 2);
            var queue = new Saturated(servings.Queue, texts);
            Saturated[] runs = [.. servings.Runs.Select(serving => new Saturated(serving, texts))];
            Saturated[] windows = [.. servings.Windows.Select(serving => new Saturated(serving, texts))];
            RaceResult race = Race.Run($"{Name}, {mix}", [queue, .. runs, .. windows], settings.Rounds);
            Saturated run = race.Fastest(runs);
            Saturated window = race.Fastest(windows);
            Agreement.DemandSameBits("the queue", race.LogitsOf(queue), AloneLogits(model, texts));
            overRuns.Add(race.Speedup(queue, run));
            overWindows.Add(race.Speedup(queue, window));
            table.Add(
                mix,
                Numbers.Format(race.PerSecond(queue, texts.Length), Numbers.Whole),
                Numbers.Format(race.PerSecond(run, texts.Length), Numbers.Whole),
                Numbers.Format(overRuns[^1], Numbers.Ratio),
                Numbers.Format(race.PerSecond(window, texts.Length), Numbers.Whole),
                Numbers.Format(overWindows[^1], Numbers.Ratio));
            if (ReferenceEquals(texts, settings.Sentences))
            {
                bars.AddRange(((Saturated[])[queue, run, window]).Select((contender, i) =>
                    ($"{contender.Name}, {model.Name}", race.PerSecond(contender, texts.Length).Median, i == 0 ? 0 : 4)));
            }
        }
    }

    private static float[] AloneLogits(ModelSet model, string[] texts) =>
        [.. texts.SelectMany(text => model.Classifier.Classify(text).Logits.ToArray())];

    private static IEnumerable<(string Name, string[] Texts)> Mixes(Settings settings)
    {
        yield return (Workload.Name, settings.Sentences);
        foreach (int length in Lengths)
        {
            yield return ($"{length} tokens", Workload.OfLength(length, TokensPerPass / length));
        }

        // As many tokens in texts of each length: most texts are short, and a long one may come at any time.
        string[] mixed = [.. Lengths.SelectMany(length => Workload.OfLength(length, TokensPerPass / Lengths.Length / length))];
        new Random(1).Shuffle(mixed);
        yield return ($"{string.Join(", ", Lengths)} tokens mixed", mixed);
    }
}
