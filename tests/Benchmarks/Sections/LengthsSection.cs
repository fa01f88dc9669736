using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What the length of the texts makes of the throughput.</summary>
internal sealed class LengthsSection : ISection
{
    private const int TokensPerPass = 8192;
    private const int RowsPerBatch = 32;
    private static readonly int[] Lengths = [5, 16, 32, 64, 128, 256, 512];

    public string Name => "lengths";

    public string Title => "By length";

    public void Write(Settings settings, Report report)
    {
        using var full = ModelSet.Load(ModelPrecision.Float32);
        using var int8 = ModelSet.Load(ModelPrecision.Int8);
        var table = new Table("tokens a text", "fp32, tokens/s", "int8, tokens/s", "fp32, times the bare loop by 32", "int8, times the bare loop by 32");
        (string Name, double[] X, double[] Y)[] lines =
        [
            .. new[] { "Batching, fp32", "Batching, int8", "bare loop by 32, fp32", "bare loop by 32, int8" }
                .Select(name => (name, Lengths.Select(length => (double)length).ToArray(), new double[Lengths.Length])),
        ];
        for (int i = 0; i < Lengths.Length; i++)
        {
            string[] texts = Workload.OfLength(Lengths[i], TokensPerPass / Lengths[i]);
            int tokens = texts.Length * Lengths[i];
            IContender[] contenders =
            [
                full.Library(texts), int8.Library(texts), full.BareLoop(texts, RowsPerBatch), int8.BareLoop(texts, RowsPerBatch),
            ];
            RaceResult race = Race.Run($"{Name}, {Lengths[i]} tokens", contenders, settings.Rounds);
            table.Add(
                Numbers.Format(Lengths[i], Numbers.Whole),
                Numbers.Format(race.PerSecond(contenders[0], tokens), Numbers.Whole),
                Numbers.Format(race.PerSecond(contenders[1], tokens), Numbers.Whole),
                Numbers.Format(race.Speedup(contenders[0], contenders[2]), Numbers.Ratio),
                Numbers.Format(race.Speedup(contenders[1], contenders[3]), Numbers.Ratio));
            for (int line = 0; line < lines.Length; line++)
            {
                lines[line].Y[i] = race.PerSecond(contenders[line], tokens).Median;
            }
        }

        report.Paragraph(
            $"About {Numbers.Format(TokensPerPass, Numbers.Whole)} tokens in texts of one length, so that the bare loop does not pad either: what is left between the two is how well the cores are used.");
        report.Table(table);
        report.Picture(
            Charts.Lines("lengths.png", "Tokens a second by the length of the texts", "tokens a text", "tokens/s", isLogarithmic: false, lines),
            "Lines of tokens a second over the length of the texts, for Batching and the bare loop, fp32 and int8; the numbers are in the table above.");
    }
}
