using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>The whole way from texts to logits, against the rivals.</summary>
internal sealed class ThroughputSection : ISection
{
    private const int RowsPerBatch = 32;

    public string Name => "throughput";

    public string Title => "Throughput, against the rivals";

    public void Write(Settings settings, Report report)
    {
        string[] texts = settings.Sentences;
        using var full = ModelSet.Load(ModelPrecision.Float32);
        using var int8 = ModelSet.Load(ModelPrecision.Int8);
        using var rivals = Rivals.Load(settings);
        LibraryContender ours = full.Library(texts);
        LibraryContender oursInt8 = int8.Library(texts);
        BareLoop alone = full.BareLoop(texts, 1);
        BareLoop aloneInt8 = int8.BareLoop(texts, 1);
        BareLoop batched = full.BareLoop(texts, RowsPerBatch);
        BareLoop batchedInt8 = int8.BareLoop(texts, RowsPerBatch);
        TransformersJs[] theirs = Both("transformers.js, fp32 (its default)", rivals.Full, texts);
        TransformersJs[] theirsDynamic = Both("transformers.js, q8 (dynamic int8)", rivals.Dynamic, texts);

        IContender[] contenders = [ours, alone, batched, .. theirs, oursInt8, aloneInt8, batchedInt8, .. theirsDynamic];
        RaceResult race = Race.Run(Name, contenders, settings.Rounds);
        float[] reference = race.LogitsOf(alone);
        float[] referenceInt8 = race.LogitsOf(aloneInt8);
        Agreement.DemandSameBits(ours.Name, race.LogitsOf(ours), reference);
        Agreement.DemandSameBits(oursInt8.Name, race.LogitsOf(oursInt8), referenceInt8);
        foreach (TransformersJs contender in theirs)
        {
            Agreement.DemandWithin(1e-2f, contender.Name, race.LogitsOf(contender), reference);
        }

        report.Paragraph(
            $"{Numbers.Format(texts.Length, Numbers.Whole)} texts, {Workload.Description}, from text to logits. The bare loop calls an ONNX Runtime session as its documentation does, on the same file and with ids from the same tokenizer, in the order of arrival and padded to the longest of a batch, with whichever of one or all threads is faster. transformers.js is its text-classification pipeline in Node.js, with the time that its own process measures.");
        if (rivals.Full is { } pipeline)
        {
            report.Paragraph($"Rival: {pipeline.Versions}.");
        }

        foreach (string missing in rivals.Missing)
        {
            report.LeftOut(missing);
        }

        var table = new Table("", "sentences/s", "Batching at the same precision, times as fast", "its logits, beside those of one text at a time");
        foreach (IContender contender in contenders)
        {
            bool isInt8 = contender == oursInt8 || contender == aloneInt8 || contender == batchedInt8 || theirsDynamic.Contains(contender);
            LibraryContender own = isInt8 ? oursInt8 : ours;

            // The dynamic file is another model: it is beside itself that its logits have to stand.
            float[] alike = theirsDynamic.Contains(contender) ? race.LogitsOf(theirsDynamic[0]) : isInt8 ? referenceInt8 : reference;
            table.Add(
                contender == own ? $"**{contender.Name}**" : contender.Name,
                Numbers.Format(race.PerSecond(contender, texts.Length), Numbers.Whole),
                contender == own ? "" : Numbers.Format(race.Speedup(own, contender), Numbers.Ratio),
                Agreement.Describe(race.LogitsOf(contender), alike));
        }

        report.Table(table);
        report.Picture(
            Charts.Bars(
                "throughput.png",
                "Sentences a second, from text to logits",
                "sentences/s",
                Numbers.Whole,
                [.. contenders.Select(contender => (contender.Name, race.PerSecond(contender, texts.Length).Median, GroupOf(contender)))]),
            $"Bars of sentences a second: Batching {Median(ours)} with fp32 and {Median(oursInt8)} with int8; the fastest rival with fp32 {Median(race.Fastest<IContender>([alone, batched, .. theirs]))}.");

        var ratios = new Table("ratio, round by round", "median (least to most)");
        Ratio("fp32: Batching to the bare loop by 32", Targets.BareLoop, ours, batched);
        Ratio("int8: Batching to the bare loop by 32", null, oursInt8, batchedInt8);
        if (theirs.Length > 0)
        {
            TransformersJs best = race.Fastest(theirs);
            Ratio("default to default: Batching with int8 to transformers.js with fp32", Targets.TransformersDefault, oursInt8, best);
            Ratio("fp32 to fp32: Batching to transformers.js", null, ours, best);
        }

        if (theirsDynamic.Length > 0)
        {
            Ratio("int8 to int8: Batching to transformers.js with `q8`", Targets.TransformersDynamic, oursInt8, race.Fastest(theirsDynamic));
        }

        report.Table(ratios);

        string Median(IContender contender) => Numbers.Format(race.PerSecond(contender, texts.Length).Median, Numbers.Whole);

        void Ratio(string what, Target? target, IContender of, IContender over)
        {
            Spread speedup = race.Speedup(of, over);
            ratios.Add(what, Numbers.Format(speedup, Numbers.Ratio));
            if (target is not null)
            {
                report.Finding(new Finding(target, speedup));
            }
        }
    }

    private static TransformersJs[] Both(string name, NodePipeline? pipeline, string[] texts) => pipeline is null
        ? []
        : [new TransformersJs($"{name}, one by one", pipeline, texts, 1), new TransformersJs($"{name}, by {RowsPerBatch}", pipeline, texts, RowsPerBatch)];

    private static int GroupOf(IContender contender) => contender switch
    {
        LibraryContender => 0,
        BareLoop => 4,
        _ => 1,
    };
}
