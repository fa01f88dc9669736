using System.Text.Json.Nodes;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>Whether memory stays where it is, whatever comes.</summary>
internal sealed class MemorySection : ISection
{
    private const int Batches = 100_000;

    public string Name => "memory";

    public string Title => "Memory";

    public void Write(Settings settings, Report report)
    {
        Console.Error.WriteLine($"{Name}: {Batches} batches");
        IReadOnlyList<JsonNode> lines = ChildRun.Of("memory", Repository.SmallModel, Numbers.Format(Batches, "0")).Lines;
        double[] megabytes = [.. lines.Select(line => (double)line["bytes"]! / 1e6)];
        int tenth = megabytes.Length / 10;

        // A tenth warms up. Medians, because a collection may come or not come before the last line.
        double warm = Spread.Of(megabytes[tenth..(2 * tenth)]).Median;
        double end = Spread.Of(megabytes[^tenth..]).Median;
        double growth = (end / warm) - 1;
        report.Finding(new Finding(Targets.Memory, new Spread(growth, growth, growth)));

        report.Paragraph(
            $"Resident memory of a process that runs {Numbers.Format(Batches, Numbers.Whole)} batches of random shape, 1 to 32 rows of 1 to 64 tokens, through a small model.");
        var table = new Table("after", "resident, MB");
        table.Add($"{Numbers.Format(Batches / 10, Numbers.Whole)} to {Numbers.Format(2 * Batches / 10, Numbers.Whole)} batches, median", Numbers.Format(warm, "0.0"));
        table.Add($"the last {Numbers.Format(Batches / 10, Numbers.Whole)}, median", Numbers.Format(end, "0.0"));
        table.Add("the most at any time", Numbers.Format(megabytes.Max(), "0.0"));
        table.Add("growth", Numbers.Format(growth, Numbers.Percent));
        report.Table(table);
    }
}
