using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>How many batches side by side, and how many threads in each.</summary>
internal sealed class WorkersSection : ISection
{
    public string Name => "workers";

    public string Title => "By workers";

    public void Write(Settings settings, Report report)
    {
        int cores = Environment.ProcessorCount;
        (int Workers, int Threads)[] choices = [.. new[] { (1, 1), (1, cores), (cores, 1), (cores, cores), (2 * cores, 1) }.Distinct()];
        (RaceResult race, LibraryContender[] contenders) = RaceOf(ModelPrecision.Float32);
        (RaceResult int8Race, LibraryContender[] int8Contenders) = RaceOf(ModelPrecision.Int8);

        report.Paragraph(
            $"`Parallelism` and `ThreadsPerRun` on {cores} cores. The default is one thread in each of as many runs as there are cores.");
        var table = new Table("runs side by side", "threads in each", "fp32, sentences/s", "times 1 x 1", "int8, sentences/s", "times 1 x 1");
        for (int i = 0; i < choices.Length; i++)
        {
            table.Add(
                Numbers.Format(choices[i].Workers, Numbers.Whole),
                Numbers.Format(choices[i].Threads, Numbers.Whole),
                Numbers.Format(race.PerSecond(contenders[i], settings.Sentences.Length), Numbers.Whole),
                Numbers.Format(race.Speedup(contenders[i], contenders[0]), Numbers.Ratio),
                Numbers.Format(int8Race.PerSecond(int8Contenders[i], settings.Sentences.Length), Numbers.Whole),
                Numbers.Format(int8Race.Speedup(int8Contenders[i], int8Contenders[0]), Numbers.Ratio));
        }

        report.Table(table);
        report.Picture(
            Charts.Bars(
                "workers.png",
                $"Sentences a second by workers on {cores} cores, int8",
                "sentences/s",
                Numbers.Whole,
                [.. int8Contenders.Select((contender, i) => (
                    contender.Name, int8Race.PerSecond(contender, settings.Sentences.Length).Median, choices[i] == (cores, 1) ? 0 : 4))]),
            "Bars of sentences a second by runs side by side and threads in each; the numbers are in the table above.");

        (RaceResult Result, LibraryContender[] Contenders) RaceOf(ModelPrecision precision)
        {
            SequenceClassifier[] classifiers = [.. choices.Select(choice => SequenceClassifier.Load(
                Repository.DefaultModel,
                new SequenceClassifierOptions { Precision = precision, Parallelism = choice.Workers, ThreadsPerRun = choice.Threads }))];
            LibraryContender[] ofChoices = [.. choices.Select((choice, i) =>
                new LibraryContender($"{choice.Workers} x {choice.Threads} threads", classifiers[i], settings.Sentences))];
            RaceResult result = Race.Run($"{Name}, {precision}", ofChoices, settings.Rounds);
            foreach (SequenceClassifier classifier in classifiers)
            {
                classifier.Dispose();
            }

            return (result, ofChoices);
        }
    }
}
