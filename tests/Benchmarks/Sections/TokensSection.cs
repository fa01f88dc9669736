using Batching.Benchmarks.Parts;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>Text to ids, and ids to rectangles.</summary>
internal sealed class TokensSection : ISection
{
    public string Name => "tokens";

    public string Title => "Tokens";

    public void Write(Settings settings, Report report)
    {
        var benchmarks = new TokenizerBenchmarks();
        benchmarks.Setup();
        int texts = settings.Sentences.Length;
        IReadOnlyList<PartResult> results = PartRun.Of<TokenizerBenchmarks>(settings);

        report.Paragraph(
            $"Text to ids, one thread, {Workload.Description} ({Numbers.Format(texts, Numbers.Whole)} texts, {Numbers.Format(benchmarks.OursIntoRows(), Numbers.Whole)} tokens); a time is a pass over all of them.");
        var table = new Table("", "time, us", "ratio", "tokens/s", "bytes allocated a text");
        foreach (PartResult result in results)
        {
            var tokens = (int)result.Method.Invoke(benchmarks, null)!;
            table.Add(
                result.Name,
                Numbers.Format(result.Nanoseconds / 1e3, Numbers.Whole),
                Numbers.Format(result.Nanoseconds / results[0].Nanoseconds, Numbers.Ratio),
                $"{Numbers.Format(tokens / result.Nanoseconds * 1e3, "0.0")} M",
                Numbers.Format((double)result.Bytes / texts, Numbers.Whole));
        }

        report.Table(table);
        report.Paragraph("`BertTokenizer` drops symbols and so does less. What `SequenceTokenizer.Encode` allocates is its result: an object, and its array of ids.");

        report.Paragraph("Ids to rectangles, one thread, the same texts:");
        var batches = new Table("", "time, us", "bytes allocated a text");
        foreach (PartResult result in PartRun.Of<BatchBenchmarks>(settings))
        {
            batches.Add(
                result.Name,
                Numbers.Format(result.Nanoseconds / 1e3, Numbers.Whole),
                Numbers.Format((double)result.Bytes / texts, Numbers.Whole));
        }

        report.Table(batches);
    }
}
