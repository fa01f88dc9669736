using Batching.Benchmarks.Load;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>How long callers wait for their answers, from little to do to too much.</summary>
internal sealed class LoadSection : ISection
{
    private const string Percent = "0 %";
    private const int CapacityPasses = 3;
    private static readonly double[] Loads = [0.2, 0.5, 0.8, 0.95, 1.2];
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    public string Name => "load";

    public string Title => "Under load";

    public void Write(Settings settings, Report report)
    {
        using var model = ModelSet.Load(ModelPrecision.Int8);
        string[] texts = settings.Sentences;
        float[][] expected = [.. texts.Select(text => model.Classifier.Classify(text).Logits.ToArray())];
        LoadRound[] rounds = [.. Enumerable.Range(1, settings.Rounds).Select(round => Run(model, texts, expected, round, settings.Rounds))];
        report.Paragraph(
            $"Texts of one caller each, {Workload.Description}, with the default model (int8), arrive at the times of a Poisson process, whatever has become of those before: {Numbers.Format(Duration.TotalSeconds, Numbers.Whole)} seconds at each load. 100 % is what the queue gets through at the beginning of the round, {Numbers.Format(Spread.Of(rounds.Select(round => round.Capacity)), Numbers.Whole)} texts a second; all contenders get the same texts at the same times. The rivals are those of [the capacity](#capacity); of their two settings the one is shown that has the lower p50 at the load. With each of them as many tokens may wait as the queue runs in {Numbers.Format(LongestWait.TotalMilliseconds, Numbers.Whole)} ms. A time counts from the arrival to the caller's going on, in milliseconds. Every answer of the queue has the bits of the text alone.");

        var table = new Table("load", "", "answers/s", "refused", "p50", "p99", "p99 of a refusal");
        (string Name, double[] X, double[] Y)[] lines =
            [.. LoadRound.Contenders.Select(name => (name, Loads.Select(load => load * 100).ToArray(), new double[Loads.Length]))];
        for (int place = 0; place < Loads.Length; place++)
        {
            for (int i = 0; i < lines.Length; i++)
            {
                (string setting, IReadOnlyList<LoadResult> results) = LoadRound.Best(rounds, i, Loads[place]);
                Spread p99 = Of(results, result => result.AnswerTime(0.99) * 1e3);
                lines[i].Y[place] = p99.Median;
                table.Add(
                    Numbers.Format(Loads[place], Percent),
                    setting,
                    Numbers.Format(Of(results, result => result.AnsweredPerSecond), Numbers.Whole),
                    Numbers.Format(Of(results, result => result.RefusedShare).Median, Numbers.Percent),
                    Numbers.Format(Of(results, result => result.AnswerTime(0.5) * 1e3), "0.0"),
                    Numbers.Format(p99, "0.0"),
                    Of(results, result => result.RefusedShare).Median > 0 ? Numbers.Format(Of(results, result => result.RefusalTime(0.99) * 1e3), "0.0") : "");
            }
        }

        report.Table(table);
        report.Picture(
            Charts.Lines("load.png", "p99 of the time to an answer, by load", "% of the queue's capacity", "ms", isLogarithmic: true, lines),
            "Lines of the p99 in milliseconds over the load, for the queue and its rivals; the numbers are in the table above.");
        IReadOnlyList<LoadResult> quiet = LoadRound.Best(rounds, LoadRound.Queue, Loads[0]).Results;
        IReadOnlyList<LoadResult> bare = LoadRound.Best(rounds, LoadRound.Runs, Loads[0]).Results;
        IReadOnlyList<LoadResult> full = LoadRound.Best(rounds, LoadRound.Queue, Loads[^1]).Results;
        report.Finding(new Finding(Targets.QuietTime, Spread.Of(quiet.Zip(bare, (ours, theirs) => ours.AnswerTime(0.5) / theirs.AnswerTime(0.5)))));
        report.Finding(new Finding(Targets.BoundedTime, Spread.Of(full.Zip(rounds, (result, round) => result.AnswerTime(0.99) / round.Bound))));
        report.Finding(new Finding(Targets.QuickRefusal, Of(full, result => result.RefusalTime(0.99) * 1e3)));
        report.Paragraph(
            $"The queue's bound at {Numbers.Format(Loads[^1], Percent)}: what may wait, {Environment.ProcessorCount} batches that run and one's own, of {BatchPlanner.DefaultTokensPerBatch} tokens each, take {Numbers.Format(Spread.Of(rounds.Select(round => round.Bound * 1e3)), Numbers.Whole)} ms at the queue's rate.");
    }

    private LoadRound Run(ModelSet model, string[] texts, float[][] expected, int number, int of)
    {
        double capacity = CapacityOf(model, texts);
        double tokensPerSecond = capacity * texts.Average(text => model.Classifier.Tokenizer.Encode(text).InputIds.Count);
        int maxTokensWaiting = (int)(tokensPerSecond * LongestWait.TotalSeconds);

        // What is taken waits for what waits before it and for the batches that run, and then runs itself.
        int inBatches = (Environment.ProcessorCount + 1) * BatchPlanner.DefaultTokensPerBatch;
        var round = new LoadRound(capacity, (maxTokensWaiting + inBatches) / tokensPerSecond);
        using var servings = new ServingSet(model, maxTokensWaiting);
        IServing[] all = [.. servings.All];
        foreach (double load in Loads)
        {
            Console.Error.WriteLine($"{Name}, {Numbers.Format(load, Percent)}: round {number} of {of}");
            for (int turn = 0; turn < all.Length; turn++)
            {
                IServing serving = all[(turn + number) % all.Length];
                GC.Collect();
                LoadResult result = OpenLoop.Run(
                    serving, texts, serving == servings.Queue ? expected : null, load * capacity, Duration, seed: number);
                if (result.WrongCount > 0)
                {
                    throw new InvalidOperationException($"{serving.Name} gave {result.WrongCount} texts other logits than they have alone.");
                }

                round.Add(servings.ContenderOf(serving), serving.Name, load, result);
            }
        }

        return round;
    }

    // In texts a second.
    private static double CapacityOf(ModelSet model, string[] texts)
    {
        using var servings = new ServingSet(model, int.MaxValue / 2);
        var queue = new Saturated(servings.Queue, texts);
        double[] seconds = [.. Enumerable.Range(0, CapacityPasses + 1).Select(_ => queue.Run().Elapsed.TotalSeconds)];

        // The first warms up.
        return texts.Length / Spread.Of(seconds[1..]).Median;
    }

    private static Spread Of(IReadOnlyList<LoadResult> results, Func<LoadResult, double> value) => Spread.Of(results.Select(value));
}
