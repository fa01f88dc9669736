using Batching.Benchmarks.Contenders;
using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>What calls cost each other that come from the thread pool's own threads.</summary>
internal sealed class PoolSection : ISection
{
    private const int Calls = 40;

    public string Name => "pool";

    public string Title => "Calls from the thread pool";

    public void Write(Settings settings, Report report)
    {
        string[] texts = settings.Sentences;
        string[][] calls = [.. texts.Chunk((texts.Length + Calls - 1) / Calls)];
        report.Paragraph(
            $"{calls.Length} calls of some {calls[0].Length} texts each: one after the other, each with a worker on every core; and all at once, each by `Task.Run`, in a pool of the default size. A call's own thread works on its batches, and other threads of the pool do if there are any; where all make calls of their own, none is waited for.");
        var table = new Table("", "in turn, sentences/s", "from the pool, sentences/s", "time from the pool, times that in turn");
        WriteOne(ModelPrecision.Float32, Targets.PoolFull);
        WriteOne(ModelPrecision.Int8, Targets.PoolInt8);
        report.Table(table);

        void WriteOne(ModelPrecision precision, Target target)
        {
            using var model = ModelSet.Load(precision);
            var inTurn = new ManyCalls("in turn", model.Classifier, calls, fromPool: false);
            var fromPool = new ManyCalls("from the pool", model.Classifier, calls, fromPool: true);
            RaceResult race = Race.Run($"{Name}, {model.Name}", [inTurn, fromPool], settings.Rounds);
            Agreement.DemandSameBits(fromPool.Name, race.LogitsOf(fromPool), race.LogitsOf(inTurn));
            Spread times = race.Speedup(inTurn, fromPool);
            report.Finding(new Finding(target, times));
            table.Add(
                model.Name,
                Numbers.Format(race.PerSecond(inTurn, texts.Length), Numbers.Whole),
                Numbers.Format(race.PerSecond(fromPool, texts.Length), Numbers.Whole),
                Numbers.Format(times, Numbers.Ratio));
        }
    }
}
