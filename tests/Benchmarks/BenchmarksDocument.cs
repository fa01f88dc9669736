using System.Diagnostics;
using Batching.Benchmarks.Reports;
using Batching.Benchmarks.Sections;

namespace Batching.Benchmarks;

/// <summary>docs/benchmarks.md: every section, what was to be shown, and what was not.</summary>
internal static class BenchmarksDocument
{
    private const string ShortfallsAnchor = "shortfalls";
    private const string Missed = "**missed**";

    private static readonly string Docs = Path.Combine(Repository.Root, "docs");
    private static readonly string Page = Path.Combine(Docs, "benchmarks.md");
    private static readonly string Pictures = Path.Combine(Docs, Report.PictureFolder);

    /// <summary>Measures everything and writes the page anew.</summary>
    public static void Write(Settings settings, IEnumerable<ISection> sections)
    {
        var watch = Stopwatch.StartNew();
        var body = new Report();
        foreach (ISection section in sections)
        {
            Console.Error.WriteLine($"== {section.Title}");
            Write(settings, section, body);
        }

        foreach (string old in Directory.CreateDirectory(Pictures).EnumerateFiles("*.png").Select(file => file.FullName))
        {
            File.Delete(old);
        }

        Save($"{Head(settings, TargetTable(body), watch.Elapsed)}{body}", body.Pictures);
    }

    /// <summary>Measures one section and puts it in the place of the page's, or behind the others.</summary>
    public static void Rewrite(Settings settings, ISection section)
    {
        var body = new Report();
        Write(settings, section, body);
        body.Paragraph(settings.Rounds == 1 ? "Measured in a run of its own." : $"Measured in a run of its own, {settings.Rounds} rounds.");
        string page = File.ReadAllText(Page);
        int place = page.IndexOf(Report.AnchorOf(section.Name), StringComparison.Ordinal);
        int start = place < 0 ? page.IndexOf(Report.AnchorOf(ShortfallsAnchor), StringComparison.Ordinal) : place;
        int end = place < 0 ? start : page.IndexOf(Report.AnchorOf(""), start + 1, StringComparison.Ordinal);
        page = $"{page[..start]}{body}{page[end..]}";

        List<string> lines = [.. page.Split('\n')];
        int last = lines.FindLastIndex(line => Targets.All.Any(target => IsRowOf(line, target)));
        foreach (Finding finding in body.Findings)
        {
            int row = lines.FindIndex(line => IsRowOf(line, finding.Target));
            if (row < 0)
            {
                lines.Insert(row = ++last, "");
            }

            lines[row] = Table.RowOf(RowOf(finding.Target, finding));
        }

        Save(string.Join('\n', lines), body.Pictures);
    }

    private static void Write(Settings settings, ISection section, Report body)
    {
        body.Heading(section.Name, section.Title);
        section.Write(settings, body);
        body.Paragraph($"`-- {section.Name}` reruns this section.");
    }

    // What falls short is what the page's own table says was missed.
    private static void Save(string page, IEnumerable<Picture> pictures)
    {
        int old = page.IndexOf(Report.AnchorOf(ShortfallsAnchor), StringComparison.Ordinal);
        page = old < 0 ? page : page[..old];
        File.WriteAllText(Page, $"{page}{Shortfalls(page).ToString().TrimEnd()}\n");
        Directory.CreateDirectory(Pictures);
        foreach (Picture picture in pictures)
        {
            picture.Plot.SavePng(Path.Combine(Pictures, picture.FileName), picture.Width, picture.Height);
        }
    }

    private static string Head(Settings settings, Table targets, TimeSpan duration)
    {
        var head = new Report();
        head.Paragraph("# Benchmarks");
        head.Paragraph($"Measured on {Machine.Description}. Machines differ: trust the ratios, and rerun them on yours.");
        head.Paragraph($"One command reruns everything and writes this page, here in {Numbers.Format(duration.TotalMinutes, Numbers.Whole)} minutes:");
        head.Code("dotnet run -c Release --project tests/Benchmarks -- all --sentences sst2-dev.tsv --shared ../shared");
        head.Paragraph(
            "Without `--sentences` it takes sentences made from the vocabulary; without `--shared`, a folder with the files that are too large for the repository, it leaves out what needs them. The name of a section in place of `all` prints that section alone, and with `--write` puts it in its place on this page. `--filter` goes to BenchmarkDotNet.");
        head.Paragraph(
            $"Contenders go in turns: {settings.Rounds} rounds in one process, each contender once a round, in an order that rotates. A number is the median of the rounds, with the least and the most in parentheses; a ratio is taken within each round, so that what slows the machine for a while slows both.");
        head.Heading("targets", "What it has to show");
        head.Table(targets);
        return head.ToString();
    }

    private static Table TargetTable(Report body)
    {
        var table = new Table("", "wanted", "measured", "");
        foreach (Target target in Targets.All)
        {
            table.Add(RowOf(target, body.Findings.FirstOrDefault(finding => finding.Target == target)));
        }

        return table;
    }

    private static string[] RowOf(Target target, Finding? finding) =>
    [
        target.What,
        $"at {(target.IsMost ? "most" : "least")} {Numbers.Format(target.Limit, target.Format)}",
        finding is null ? "not measured" : Numbers.Format(finding.Measured, target.Format),
        finding is null ? "" : finding.IsMet ? "met" : Missed,
    ];

    private static bool IsRowOf(string line, Target target) => line.StartsWith($"| {target.What} |", StringComparison.Ordinal);

    private static Report Shortfalls(string page)
    {
        var report = new Report();
        report.Heading(ShortfallsAnchor, "What it falls short of, and why");
        (Target Target, string[] Cells)[] missed =
        [
            .. Targets.All
                .Select(target => (target, page.Split('\n').FirstOrDefault(line => IsRowOf(line, target))?.Split(" | ") ?? []))
                .Where(row => row.Item2 is [_, _, _, var verdict] && verdict.Contains(Missed, StringComparison.Ordinal)),
        ];
        if (missed.Length == 0)
        {
            report.Paragraph("Of what was measured here, nothing.");
        }

        foreach (IGrouping<string, (Target Target, string[] Cells)> reason in missed.GroupBy(row => row.Target.WhyMissed, StringComparer.Ordinal))
        {
            string what = string.Join("; ", reason.Select(row => $"{row.Target.What}: {row.Cells[2]} where {row.Cells[1]} was wanted"));
            report.Paragraph($"- **{what}.** {reason.Key}");
        }

        return report;
    }
}
