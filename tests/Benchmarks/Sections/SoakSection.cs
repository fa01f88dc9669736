using System.Globalization;
using System.Text.Json.Nodes;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;
using Batching.AspNetCore.Tests;

namespace Batching.Benchmarks.Sections;

/// <summary>Whether every request gets its answer for a long time, whatever comes, and whether memory stays where it is.</summary>
internal sealed class SoakSection : ISection
{
    /// <summary>What the program is told to do in a process of its own.</summary>
    public const string ProcessCommand = "soak-process";

    public string Name => "soak";

    public string Title => "For a long time";

    public void Write(Settings settings, Report report)
    {
        Console.Error.WriteLine($"{Name}: {settings.SoakTime}");
        string onnxFile = Path.GetRelativePath(Repository.DefaultModel, Repository.OnnxFile(Repository.DefaultModel, ModelPrecision.Float32));
        string poison = Poison(settings.Sentences);
        using var model = new PoisonedModel(Repository.DefaultModel, onnxFile, poison);
        IReadOnlyList<JsonNode> lines = ChildRun.OfItself(
            ProcessCommand, model.Folder, poison, "--minutes", settings.SoakTime.TotalMinutes.ToString(CultureInfo.InvariantCulture)).Lines;

        double[] megabytes = [.. lines.Select(line => (double)line["bytes"]! / 1e6)];
        int part = Math.Max(1, megabytes.Length / 5);

        // A part warms up. Medians, because a model may or may not be freed at the moment of a line.
        double warm = Spread.Of(megabytes[part..(2 * part)]).Median;
        double end = Spread.Of(megabytes[^part..]).Median;
        double growth = (end / warm) - 1;
        JsonNode last = lines[^1];
        report.Paragraph(
            $"A hosted classifier (`Batching.Hosting`, the default model, fp32) in a process of its own, for {Numbers.Format(settings.SoakTime.TotalMinutes, "0.#")} minutes. Requests arrive at the times of a Poisson process at 30, 60, 90 and 130 % of what the machine does, 5 seconds each, from five clients; one in ten is a list of 2 to 8 texts, one in five is bulk work. One client in ten leaves within 20 ms. One request in fifty holds a word on which this copy of the model gives no numbers. The model is reloaded every 5 seconds. Each answer is compared, bit for bit, with what the text alone gets.");
        var table = new Table("", "requests");
        table.Add("sent", Count("sent"));
        table.Add("answered, each text with the bits that it gets alone", Count("answered"));
        table.Add("refused at once, because the queue was full", Count("refused"));
        table.Add("left by their clients", Count("left"));
        table.Add("failed, because of the word in them", Count("poisoned"));
        table.Add("**answered wrongly, or failed without cause**", Count("wrong"));
        table.Add("**without an answer**", Count("open"));
        report.Table(table);
        report.Paragraph(
            $"Reloads: {Count("reloads")}. Resident memory: {Numbers.Format(warm, "0")} MB after a fifth of the time, {Numbers.Format(end, "0")} MB in the last fifth (medians), at most {Numbers.Format(megabytes.Max(), "0")} MB, with two models for a moment at each reload.");
        double wrong = (double)last["wrong"]! + (double)last["open"]!;
        report.Finding(new Finding(Targets.SoakAnswers, new Spread(wrong, wrong, wrong)));
        report.Finding(new Finding(Targets.SoakMemory, new Spread(growth, growth, growth)));

        string Count(string of) => Numbers.Format((double)last[of]!, Numbers.Whole);
    }

    // A word of the vocabulary, a token by itself, that no sentence holds.
    private static string Poison(string[] sentences) => File.ReadLines(Path.Combine(Repository.DefaultModel, "vocab.txt"))
        .First(word => word.Length > 4 && word.All(char.IsAsciiLetterLower)
            && !Array.Exists(sentences, sentence => sentence.Contains(word, StringComparison.OrdinalIgnoreCase)));
}
