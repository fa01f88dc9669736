using System.Diagnostics;
using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What a load finds of the models at hand, what that takes, and what it costs to keep a dependent model's texts apart.</summary>
internal sealed class InvarianceSection : ISection
{
    public string Name => "invariance";

    public string Title => "Invariance";

    public void Write(Settings settings, Report report)
    {
        using DynamicModelFolder? dynamicInt8 = settings.Shared("models", "rivals", "model_quantized.onnx") is { } file ? new DynamicModelFolder(file) : null;
        List<(string Name, string Folder, string? ModelFile)> models =
        [
            ("the default model, fp32", Repository.DefaultModel, "onnx/model.onnx"),
            ("the default model, static int8", Repository.DefaultModel, "onnx/model_int8.onnx"),
        ];
        if (dynamicInt8 is not null)
        {
            models.Add(("the default model, dynamic int8", dynamicInt8.Path, "onnx/model_quantized.onnx"));
        }

        if (settings.Shared("models", "distilbert-base-untrained") is { } genuine)
        {
            models.Add(("the genuine size, fp32", genuine, "onnx/model.onnx"));
        }

        report.Paragraph("What `SequenceClassifier.Load` finds on this machine, and what it takes, with the measurement (`ProbeInvariance`) and without:");
        var table = new Table("", "`Invariance`", "ms to load", "without the measurement");
        foreach ((string name, string folder, string? modelFile) in models)
        {
            var options = new SequenceClassifierOptions { ModelFile = modelFile };
            var loads = new List<double>();
            var loadsWithout = new List<double>();
            string found = "";
            for (int round = -1; round < settings.Rounds; round++)
            {
                Console.Error.WriteLine($"{Name}: {name}, round {round + 1} of {settings.Rounds}");
                double without = MillisecondsToLoad(folder, options with { ProbeInvariance = false }, out _);
                double with = MillisecondsToLoad(folder, options, out found);

                // The first round brings the file into memory.
                if (round >= 0)
                {
                    loads.Add(with);
                    loadsWithout.Add(without);
                }
            }

            table.Add(name, found, Format(loads), Format(loadsWithout));
        }

        report.Table(table);
        if (dynamicInt8 is not null)
        {
            WriteOneByOne(settings, report, dynamicInt8.Path);
        }
    }

    private void WriteOneByOne(Settings settings, Report report, string folder)
    {
        string[] texts = settings.Sentences;
        var options = new SequenceClassifierOptions { Precision = ModelPrecision.Int8 };
        using var batched = SequenceClassifier.Load(folder, options);
        using var oneByOne = SequenceClassifier.Load(folder, options with { OneByOne = true });
        using var plain = SequenceClassifier.Load(Repository.DefaultModel, options);
        var inBatches = new LibraryContender("dynamic int8, in batches", batched, texts);
        var alone = new LibraryContender("dynamic int8, `OneByOne`", oneByOne, texts);
        var aStaticModel = new LibraryContender("static int8, in batches", plain, texts);
        IContender[] contenders = [inBatches, alone, aStaticModel];
        RaceResult race = Race.Run(Name, contenders, settings.Rounds);
        float[] reference = [.. texts.SelectMany(text => oneByOne.Classify(text).Logits.ToArray())];
        float[] staticReference = [.. texts.SelectMany(text => plain.Classify(text).Logits.ToArray())];
        Agreement.DemandSameBits(alone.Name, race.LogitsOf(alone), reference);

        report.Paragraph($"What it costs to run the texts of a dependent model one by one: {Workload.Description}, in one call.");
        var table = new Table("", "sentences/s", "times `OneByOne`", "its logits, beside those of each text alone");
        foreach (IContender contender in contenders)
        {
            table.Add(
                contender.Name,
                Numbers.Format(race.PerSecond(contender, texts.Length), Numbers.Whole),
                contender == alone ? "1" : Numbers.Format(race.Speedup(contender, alone), Numbers.Ratio),
                Agreement.Describe(race.LogitsOf(contender), contender == aStaticModel ? staticReference : reference));
        }

        report.Table(table);
    }

    private static double MillisecondsToLoad(string folder, SequenceClassifierOptions options, out string found)
    {
        long start = Stopwatch.GetTimestamp();
        using var classifier = SequenceClassifier.Load(folder, options);
        double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        found = $"{classifier.Invariance}";
        return load;
    }

    private static string Format(List<double> milliseconds) => Numbers.Format(Spread.Of(milliseconds), Numbers.Whole);
}
