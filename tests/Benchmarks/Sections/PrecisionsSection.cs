using System.Globalization;
using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What int8 gains over fp32, and what it costs.</summary>
internal sealed class PrecisionsSection : ISection
{
    public string Name => "precisions";

    public string Title => "By precision";

    public void Write(Settings settings, Report report)
    {
        string[] texts = settings.Sentences;
        using var full = ModelSet.Load(ModelPrecision.Float32);
        using var int8 = ModelSet.Load(ModelPrecision.Int8);
        LibraryContender ours = full.Library(texts);
        LibraryContender oursInt8 = int8.Library(texts);
        RaceResult race = Race.Run(Name, [ours, oursInt8], settings.Rounds);
        int[] labels = [.. full.Classifier.Classify(texts).Select(result => result.LabelIndex)];
        int[] int8Labels = [.. int8.Classifier.Classify(texts).Select(result => result.LabelIndex)];
        int same = labels.Zip(int8Labels).Count(pair => pair.First == pair.Second);

        var table = new Table("", "sentences/s", "times fp32", "file", "labels as with fp32");
        table.Add(ours.Name, PerSecond(ours), "1", SizeOf(full), "");
        table.Add(
            oursInt8.Name,
            PerSecond(oursInt8),
            Numbers.Format(race.Speedup(oursInt8, ours), Numbers.Ratio),
            SizeOf(int8),
            string.Create(CultureInfo.InvariantCulture, $"{same:#,0} of {texts.Length:#,0}"));
        report.Paragraph("The default model. Its fp32 file holds its weights as exact fp16 numbers.");
        report.Table(table);

        string PerSecond(IContender contender) => Numbers.Format(race.PerSecond(contender, texts.Length), Numbers.Whole);

        static string SizeOf(ModelSet model) => $"{Numbers.Format(new FileInfo(model.OnnxFile).Length / 1e6, "0.0")} MB";
    }
}
