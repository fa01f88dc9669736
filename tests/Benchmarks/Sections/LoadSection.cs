using Batching.Benchmarks.Load;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>How long callers wait for their answers, from little to do to too much.</summary>
internal sealed class LoadSection : ISection
{
    private const string Percent = "0 %";
    private const int CapacityPasses = 5;
    private static readonly double[] Loads = [0.2, 0.5, 0.8, 0.95, 1.2];
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    public string Name => "load";

    public string Title => "Under load";

    public void Write(Settings settings, Report report)
    {
        string[] texts = settings.Sentences;
        using var model = ModelSet.Load(ModelPrecision.Int8);
        float[][] expected = [.. texts.Select(text => model.Classifier.Classify(text).Logits.ToArray())];
        int tokens = texts.Sum(text => model.Classifier.Tokenizer.Encode(text).InputIds.Count);
        double capacity = CapacityOf(model, texts);
        double tokensPerSecond = capacity * tokens / texts.Length;
        int maxTokensWaiting = (int)(tokensPerSecond * LongestWait.TotalSeconds);

        // What is taken waits for what may wait before it, then for the batches that run, and then runs.
        int inFlight = (Environment.ProcessorCount + 1) * BatchPlanner.DefaultTokensPerBatch;
        double bound = (maxTokensWaiting + inFlight) / tokensPerSecond;
        var servings = new ServingSet(model, maxTokensWaiting);
        IServing[] all = [.. servings.All];
        var results = new Dictionary<(IServing, double), List<LoadResult>>();
        for (int round = 0; round < settings.Rounds; round++)
        {
            foreach (double load in Loads)
            {
                Console.Error.WriteLine($"{Name}, {Numbers.Format(load, Percent)}: round {round + 1} of {settings.Rounds}");
                for (int turn = 0; turn < all.Length; turn++)
                {
                    IServing serving = all[(turn + round) % all.Length];
                    GC.Collect();
                    LoadResult result = OpenLoop.Run(
                        serving, texts, serving == servings.Queue ? expected : null, load * capacity, Duration, seed: round + 1);
                    if (result.WrongCount > 0)
                    {
                        throw new InvalidOperationException($"{serving.Name} gave {result.WrongCount} texts other logits than they have alone.");
                    }

                    results.TryAdd((serving, load), []);
                    results[(serving, load)].Add(result);
                }
            }
        }

        servings.DisposeAsync().AsTask().GetAwaiter().GetResult();
        report.Paragraph(
            $"Texts of one caller each, {Workload.Description}, with the default model (int8), arrive at the times of a Poisson process, whatever has become of those before: {Numbers.Format(Duration.TotalSeconds, Numbers.Whole)} seconds at each load. 100 % are {Numbers.Format(capacity, Numbers.Whole)} texts a second, what the queue gets through here; all contenders get the same texts at the same times. The rivals are those of the section before; of their two settings the one is shown that has the lower p50 at the load. At most {Numbers.Format(maxTokensWaiting, Numbers.Whole)} tokens wait, with each of them: what the queue runs in {Numbers.Format(LongestWait.TotalMilliseconds, Numbers.Whole)} ms. A time counts from the arrival to the caller's going on, in milliseconds; a number is the median of the rounds. Every answer of the queue has the bits of the text alone.");
        var table = new Table("load", "", "answers/s", "refused", "p50", "p99", "p99 of a refusal");
        var lines = new (string Name, double[] X, double[] Y)[3];
        for (int line = 0; line < lines.Length; line++)
        {
            lines[line] = (((string[])["queue", "a run each", "a window of 5 ms"])[line], [.. Loads.Select(load => load * 100)], new double[Loads.Length]);
        }

        foreach ((double load, int place) in Loads.Select((load, i) => (load, i)))
        {
            IServing[] shown = [servings.Queue, Better(servings.Runs, load), Better(servings.Windows, load)];
            for (int i = 0; i < shown.Length; i++)
            {
                List<LoadResult> of = results[(shown[i], load)];
                double p50 = MedianOf(of, result => result.AnswerTime(0.5));
                lines[i].Y[place] = MedianOf(of, result => result.AnswerTime(0.99)) * 1e3;
                table.Add(
                    Numbers.Format(load, Percent),
                    shown[i].Name,
                    Numbers.Format(MedianOf(of, result => result.AnsweredPerSecond), Numbers.Whole),
                    Numbers.Format(MedianOf(of, result => result.RefusedShare), Numbers.Percent),
                    Numbers.Milliseconds(p50),
                    Numbers.Milliseconds(lines[i].Y[place] / 1e3),
                    of.Exists(result => result.RefusedShare > 0) ? Numbers.Milliseconds(MedianOf(of, result => result.RefusalTime(0.99))) : "");
            }
        }

        report.Table(table);
        report.Picture(
            Charts.Lines("load.png", "p99 of the time to an answer, by load", "% of the queue's capacity", "ms", isLogarithmic: true, lines),
            "Lines of the p99 in milliseconds over the load, for the queue and its rivals; the numbers are in the table above.");
        List<LoadResult> quiet = results[(servings.Queue, Loads[0])];
        List<LoadResult> bare = results[(Better(servings.Runs, Loads[0]), Loads[0])];
        List<LoadResult> full = results[(servings.Queue, Loads[^1])];
        report.Finding(new Finding(Targets.QuietTime, Spread.Of(quiet.Zip(bare, (ours, theirs) => ours.AnswerTime(0.5) / theirs.AnswerTime(0.5)))));
        report.Finding(new Finding(Targets.BoundedTime, Spread.Of(full.Select(result => result.AnswerTime(0.99) / bound))));
        report.Finding(new Finding(Targets.QuickRefusal, Spread.Of(full.Select(result => result.RefusalTime(0.99) * 1e3))));
        report.Paragraph(
            $"The queue's bound at {Numbers.Format(Loads[^1], Percent)}: what may wait, {Environment.ProcessorCount} batches that run and one's own, of {BatchPlanner.DefaultTokensPerBatch} tokens each, take {Numbers.Format(bound * 1e3, Numbers.Whole)} ms at the queue's rate.");

        IServing Better(IEnumerable<IServing> settingsOf, double load) =>
            settingsOf.MinBy(serving => MedianOf(results[(serving, load)], result => result.AnswerTime(0.5)))!;
    }

    private static double MedianOf(List<LoadResult> results, Func<LoadResult, double> value) => Spread.Of(results.Select(value)).Median;

    // In texts a second.
    private static double CapacityOf(ModelSet model, string[] texts)
    {
        var servings = new ServingSet(model, int.MaxValue / 2);
        var queue = new Saturated(servings.Queue, texts);
        double[] seconds = [.. Enumerable.Range(0, CapacityPasses + 1).Select(_ => queue.Run().Elapsed.TotalSeconds)];
        servings.DisposeAsync().AsTask().GetAwaiter().GetResult();

        // The first warms up.
        return texts.Length / Spread.Of(seconds[1..]).Median;
    }
}
