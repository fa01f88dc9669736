using System.Diagnostics;
using Batching.Benchmarks.Reports;
using Batching.Benchmarks.Sections;

namespace Batching.Benchmarks;

/// <summary>docs/benchmarks.md: every section, what was to be shown, and what was not.</summary>
internal static class BenchmarksDocument
{
    public static void Write(Settings settings, IEnumerable<ISection> sections)
    {
        var watch = Stopwatch.StartNew();
        var body = new Report();
        foreach (ISection section in sections)
        {
            Console.Error.WriteLine($"== {section.Title}");
            body.Heading(section.Name, section.Title);
            section.Write(settings, body);
            body.Paragraph($"`-- {section.Name}` reruns this section.");
        }

        string docs = Path.Combine(Repository.Root, "docs");
        string text = $"{Head(settings, body, watch.Elapsed)}{body}{Shortfalls(body)}";
        File.WriteAllText(Path.Combine(docs, "benchmarks.md"), $"{text.TrimEnd()}\n");

        string pictures = Directory.CreateDirectory(Path.Combine(docs, Report.PictureFolder)).FullName;
        foreach (string old in Directory.EnumerateFiles(pictures, "*.png"))
        {
            File.Delete(old);
        }

        foreach (Picture picture in body.Pictures)
        {
            picture.Plot.SavePng(Path.Combine(pictures, picture.FileName), picture.Width, picture.Height);
        }
    }

    private static string Head(Settings settings, Report body, TimeSpan duration)
    {
        var head = new Report();
        head.Paragraph("# Benchmarks");
        head.Paragraph($"Measured on {Machine.Description}. Machines differ: trust the ratios, and rerun them on yours.");
        head.Paragraph($"One command reruns everything and writes this page, here in {Numbers.Format(duration.TotalMinutes, Numbers.Whole)} minutes:");
        head.Code("dotnet run -c Release --project tests/Benchmarks -- all --sentences sst2-dev.tsv --shared ../shared");
        head.Paragraph(
            "Without `--sentences` it takes sentences made from the vocabulary; without `--shared`, a folder with the files that are too large for the repository, it leaves out what needs them. The name of a section in place of `all` prints that section alone. `--filter` goes to BenchmarkDotNet.");
        head.Paragraph(
            $"Contenders go in turns: {settings.Rounds} rounds in one process, each contender once a round, in an order that rotates. A number is the median of the rounds, with the least and the most in parentheses; a ratio is taken within each round, so that what slows the machine for a while slows both.");
        head.Heading("targets", "What it has to show");
        head.Table(TargetTable(body));
        return head.ToString();
    }

    private static Table TargetTable(Report body)
    {
        var table = new Table("", "wanted", "measured", "");
        foreach (Target target in Targets.All)
        {
            Finding? finding = body.Findings.FirstOrDefault(finding => finding.Target == target);
            table.Add(
                target.What,
                $"at {(target.IsMost ? "most" : "least")} {Numbers.Format(target.Limit, target.Format)}",
                finding is null ? "not measured" : Numbers.Format(finding.Measured, target.Format),
                finding is null ? "" : finding.IsMet ? "met" : "**missed**");
        }

        return table;
    }

    private static string Shortfalls(Report body)
    {
        var report = new Report();
        report.Heading("shortfalls", "What it falls short of, and why");
        Finding[] missed = [.. body.Findings.Where(finding => !finding.IsMet)];
        if (missed.Length == 0)
        {
            report.Paragraph("Of what was measured here, nothing.");
        }

        foreach (IGrouping<string, Finding> reason in missed.GroupBy(finding => finding.Target.WhyMissed, StringComparer.Ordinal))
        {
            string what = string.Join("; ", reason.Select(finding =>
                $"{finding.Target.What}: {Numbers.Format(finding.Measured.Median, finding.Target.Format)} where {Numbers.Format(finding.Target.Limit, finding.Target.Format)} was wanted"));
            report.Paragraph($"- **{what}.** {reason.Key}");
        }

        return report.ToString();
    }
}
