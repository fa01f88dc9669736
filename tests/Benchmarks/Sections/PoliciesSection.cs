using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What different ways of putting rows together come to, all else equal.</summary>
internal sealed class PoliciesSection : ISection
{
    private static readonly (string Name, Func<int[], int[][]> Plan)[] Policies =
    [
        ("one by one", lengths => BatchPlans.ArrivalOrder(lengths, 1)),
        ("order of arrival, by 8", lengths => BatchPlans.ArrivalOrder(lengths, 8)),
        ("order of arrival, by 32", lengths => BatchPlans.ArrivalOrder(lengths, 32)),
        ("sorted, by 8", lengths => BatchPlans.Sorted(lengths, 8)),
        ("sorted, by 32", lengths => BatchPlans.Sorted(lengths, 32)),
        ("sorted, up to 128 tokens", lengths => BatchPlans.Budget(lengths, 128)),
        ("sorted, up to 256 tokens", lengths => BatchPlans.Budget(lengths, 256)),
        ("sorted, up to 512 tokens", lengths => BatchPlans.Budget(lengths, 512)),
        ("sorted, up to 1,024 tokens", lengths => BatchPlans.Budget(lengths, 1024)),
        ("sorted, up to 4,096 tokens", lengths => BatchPlans.Budget(lengths, 4096)),
        ("one length a batch, up to 512 tokens", lengths => BatchPlans.EqualLengths(lengths, 512)),
        ("**the library's plan for fp32**", lengths => BatchPlans.Library(lengths, ModelPrecision.Float32)),
        ("**the library's plan for int8**", lengths => BatchPlans.Library(lengths, ModelPrecision.Int8)),
    ];

    public string Name => "policies";

    public string Title => "By batch policy, and the padding of each";

    public void Write(Settings settings, Report report)
    {
        using var full = SequenceClassifier.Load(Repository.DefaultModel);
        using var int8 = SequenceClassifier.Load(Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });
        using TokenRows rows = full.Tokenizer.EncodeBatch(settings.Sentences);
        int[] lengths = [.. Enumerable.Range(0, rows.Count).Select(rows.LengthOf)];
        int[][][] plans = [.. Policies.Select(policy => policy.Plan(lengths))];
        RaceResult fullRace = RaceOf(full, "fp32", out PreparedBatches[] fullBatches);
        RaceResult int8Race = RaceOf(int8, "int8", out PreparedBatches[] int8Batches);

        report.Paragraph(
            $"The same model on {Environment.ProcessorCount} workers of one thread, the texts already tokenized and the batches already padded: nothing differs but which rows go together.");
        var table = new Table("policy", "batches", "tokens run for each real one", "fp32, sentences/s", "int8, sentences/s");
        for (int i = 0; i < plans.Length; i++)
        {
            table.Add(
                Policies[i].Name,
                Numbers.Format(plans[i].Length, Numbers.Whole),
                Numbers.Format(BatchPlans.PaddingRatio(lengths, plans[i]), Numbers.Ratio),
                Numbers.Format(fullRace.PerSecond(fullBatches[i], rows.Count), Numbers.Whole),
                Numbers.Format(int8Race.PerSecond(int8Batches[i], rows.Count), Numbers.Whole));
        }

        report.Table(table);
        report.Picture(
            Charts.Bars(
                "policies.png",
                "Sentences a second by batch policy, int8",
                "sentences/s",
                Numbers.Whole,
                [.. Policies.Select((policy, i) => (
                    $"{policy.Name.Trim('*')} ({Numbers.Format(BatchPlans.PaddingRatio(lengths, plans[i]), Numbers.Ratio)})",
                    int8Race.PerSecond(int8Batches[i], rows.Count).Median,
                    i == plans.Length - 1 ? 0 : 4))]),
            "Bars of sentences a second by batch policy, with the tokens run for each real one in parentheses; the numbers are in the table above.");
        foreach (PreparedBatches batches in fullBatches.Concat(int8Batches))
        {
            batches.Dispose();
        }

        RaceResult RaceOf(SequenceClassifier classifier, string precision, out PreparedBatches[] contenders)
        {
            contenders = [.. Policies.Select((policy, i) =>
                new PreparedBatches(policy.Name, classifier.Model, rows, plans[i], Environment.ProcessorCount))];
            return Race.Run($"{Name}, {precision}", contenders, settings.Rounds);
        }
    }
}
