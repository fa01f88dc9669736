using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>The genuine size of DistilBERT-base, against the bare loop.</summary>
internal sealed class GenuineSection : ISection
{
    private const int RowsPerBatch = 32;

    // This model takes eight times as long as the default one.
    private const int OneOf = 4;

    public string Name => "genuine";

    public string Title => "The genuine size";

    public void Write(Settings settings, Report report)
    {
        if (settings.Shared("models", "distilbert-base-untrained") is not { } folder)
        {
            report.LeftOut("`--shared` has to name the folder that holds `models/distilbert-base-untrained`.");
            return;
        }

        string[] texts = [.. settings.Sentences.Where((_, i) => i % OneOf == 0)];
        using var model = ModelSet.Load(folder);
        LibraryContender ours = model.Library(texts);
        BareLoop alone = model.BareLoop(texts, 1);
        BareLoop batched = model.BareLoop(texts, RowsPerBatch);
        IContender[] contenders = [ours, alone, batched];
        RaceResult race = Race.Run(Name, contenders, settings.Rounds);

        report.Paragraph($"Every {OneOf}th of the sentences through a model of the shape of `distilbert-base-uncased` (66 M parameters, random weights), fp32.");
        var table = new Table("", "sentences/s", "Batching, times as fast", "its logits, beside those of one text at a time");
        foreach (IContender contender in contenders)
        {
            table.Add(
                contender == ours ? $"**{contender.Name}**" : contender.Name,
                Numbers.Format(race.PerSecond(contender, texts.Length), Numbers.Whole),
                contender == ours ? "" : Numbers.Format(race.Speedup(ours, contender), Numbers.Ratio),
                Agreement.Describe(race.LogitsOf(contender), race.LogitsOf(alone)));
        }

        report.Table(table);
        report.Paragraph($"What the library found when it loaded the model: `{model.Classifier.Invariance}`");
    }
}
