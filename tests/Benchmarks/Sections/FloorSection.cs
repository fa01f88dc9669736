using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>How near the library is to the least time that its model could take.</summary>
internal sealed class FloorSection : ISection
{
    private static readonly int[] Budgets = [128, 256, 512, 1024];

    public string Name => "floor";

    public string Title => "What is left to gain";

    public void Write(Settings settings, Report report)
    {
        report.Paragraph(
            "*The floor*: the same texts already tokenized, in batches of rows of one length, so that nothing is padded, with the best of several batch sizes and of one thread a run on each core or all threads in one run. *The runs alone*: the library's own batches, made beforehand; what the library takes beyond them is spent outside the runs.");
        var table = new Table("", "sentences/s", "share of the floor's speed", "share of the time outside the runs");
        WriteOne(ModelPrecision.Float32, Targets.FloorFull, Targets.OutsideFull);
        WriteOne(ModelPrecision.Int8, Targets.FloorInt8, Targets.OutsideInt8);
        report.Table(table);

        void WriteOne(ModelPrecision precision, Target floorTarget, Target outsideTarget)
        {
            string[] texts = settings.Sentences;
            using var model = ModelSet.Load(precision);
            using var onAllThreads = SequenceModel.Load(
                Repository.DefaultModel, new SequenceModelOptions { Precision = precision, ThreadsPerRun = Environment.ProcessorCount });
            using TokenRows rows = model.Classifier.Tokenizer.EncodeBatch(texts);
            int[] lengths = [.. Enumerable.Range(0, rows.Count).Select(rows.LengthOf)];

            LibraryContender library = model.Library(texts);
            using var runs = new PreparedBatches(
                $"the runs alone, {model.Name}", model.Classifier.Model, rows, BatchPlans.Library(lengths, precision), Environment.ProcessorCount);
            PreparedBatches[] floors = [.. Budgets.SelectMany(budget => new[]
            {
                Floor(budget, model.Classifier.Model, Environment.ProcessorCount),
                Floor(budget, onAllThreads, workers: 1),
            })];
            PreparedBatches floor = Race.Fastest(floors);

            RaceResult race = Race.Run($"{Name}, {model.Name}", [library, runs, floor], settings.Rounds);
            Agreement.DemandSameBits(floor.Name, race.LogitsOf(library), race.LogitsOf(floor));
            Agreement.DemandSameBits(runs.Name, race.LogitsOf(library), race.LogitsOf(runs));

            Spread share = race.Speedup(library, floor);
            Spread outside = race.ShareBeyond(library, runs);
            report.Finding(new Finding(floorTarget, share));
            report.Finding(new Finding(outsideTarget, outside));
            table.Add($"**{library.Name}**", PerSecond(library), Numbers.Format(share, Numbers.Percent), Numbers.Format(outside, Numbers.Percent));
            table.Add(runs.Name, PerSecond(runs), Numbers.Format(race.Speedup(runs, floor), Numbers.Percent), "");
            table.Add(floor.Name, PerSecond(floor), "", "");
            foreach (PreparedBatches setting in floors)
            {
                setting.Dispose();
            }

            string PerSecond(IContender contender) => Numbers.Format(race.PerSecond(contender, texts.Length), Numbers.Whole);

            PreparedBatches Floor(int budget, SequenceModel by, int workers) => new(
                $"the floor, {model.Name}: {budget} tokens a batch, {workers} x {(by == onAllThreads ? Environment.ProcessorCount : 1)} threads",
                by,
                rows,
                BatchPlans.EqualLengths(lengths, budget),
                workers);
        }
    }
}
