using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What one text takes.</summary>
internal sealed class LatencySection : ISection
{
    // A pass is short, so that the contenders take turns often, and long enough for the clock.
    private const int TokensPerPass = 1024;

    // One text is over in milliseconds: many rounds cost little and steady the ratios.
    private const int RoundsForEach = 3;

    private const int WarmUpPasses = 4;

    private static readonly int[] Lengths = [5, 25, 128, 512];

    public string Name => "latency";

    public string Title => "Latency of one text";

    public void Write(Settings settings, Report report)
    {
        using var full = ModelSet.Load(ModelPrecision.Float32);
        using var int8 = ModelSet.Load(ModelPrecision.Int8);
        using var rivals = Rivals.Load(settings);
        report.Paragraph(
            "Milliseconds for one text given to an idle classifier, from text to result. The bare session is given the ids, not the text, and has whichever of one or all threads is faster at that length. The ratio is to the bare session.");
        var table = new Table("tokens", "Batching, fp32", "bare session, fp32", "ratio", "Batching, int8", "bare session, int8", "ratio", "transformers.js, fp32", "transformers.js, q8");
        var milliseconds = new List<double[]>();
        foreach (int length in Lengths)
        {
            string[] texts = Workload.OfLength(length, TokensPerPass / length);
            var ours = new LibraryOneByOne("Batching, fp32", full.Classifier, texts);
            var oursInt8 = new LibraryOneByOne("Batching, int8", int8.Classifier, texts);
            WarmUp(ours);
            WarmUp(oursInt8);
            BareRuns bare = full.BareRuns(texts);
            BareRuns bareInt8 = int8.BareRuns(texts);
            TransformersJs? theirs = rivals.Full is { } pipeline ? new TransformersJs("transformers.js, fp32", pipeline, texts, 1) : null;
            TransformersJs? theirsDynamic = rivals.Dynamic is { } dynamic ? new TransformersJs("transformers.js, q8", dynamic, texts, 1) : null;
            IContender?[] all = [ours, bare, oursInt8, bareInt8, theirs, theirsDynamic];
            RaceResult race = Race.Run($"{Name}, {length} tokens", [.. all.OfType<IContender>()], settings.Rounds * RoundsForEach);
            Agreement.DemandSameBits(ours.Name, race.LogitsOf(ours), race.LogitsOf(bare));
            Agreement.DemandSameBits(oursInt8.Name, race.LogitsOf(oursInt8), race.LogitsOf(bareInt8));

            Spread ratio = race.Speedup(bare, ours);
            Spread ratioInt8 = race.Speedup(bareInt8, oursInt8);
            table.Add(
                Numbers.Format(length, Numbers.Whole),
                Milliseconds(ours),
                Milliseconds(bare),
                Numbers.Format(ratio, Numbers.Ratio),
                Milliseconds(oursInt8),
                Milliseconds(bareInt8),
                Numbers.Format(ratioInt8, Numbers.Ratio),
                Milliseconds(theirs),
                Milliseconds(theirsDynamic));
            milliseconds.Add([.. all.Select(contender => contender is null ? double.NaN : SecondsOf(contender) * 1e3)]);
            if (length == Lengths[0])
            {
                report.Finding(new Finding(Targets.ShortTextFull, ratio));
                report.Finding(new Finding(Targets.ShortTextInt8, ratioInt8));
            }

            double SecondsOf(IContender contender) => race.Seconds(contender).Median / texts.Length;

            string Milliseconds(IContender? contender) => contender is null ? "" : Numbers.Milliseconds(SecondsOf(contender));
        }

        report.Table(table);
        foreach (string missing in rivals.Missing)
        {
            report.LeftOut(missing);
        }

        string[] names = ["Batching, fp32", "bare session, fp32", "Batching, int8", "bare session, int8", "transformers.js, fp32", "transformers.js, q8"];
        report.Picture(
            Charts.Lines(
                "latency.png",
                "Milliseconds for one text",
                "tokens",
                "ms",
                isLogarithmic: true,
                [.. names
                    .Select((name, i) => (name, Lengths.Select(length => (double)length).ToArray(), milliseconds.Select(row => row[i]).ToArray()))
                    .Where(line => !double.IsNaN(line.Item3[0]))]),
            "Lines of milliseconds over the number of tokens, both axes logarithmic; the numbers are in the table above.");
    }

    // The classifier finds out what is faster at this length from the texts that it is given; the bare session was tried as well.
    private static void WarmUp(LibraryOneByOne contender)
    {
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            contender.Run();
        }
    }
}
