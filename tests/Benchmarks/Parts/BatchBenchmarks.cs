using BenchmarkDotNet.Attributes;

namespace Batching.Benchmarks.Parts;

/// <summary>Ids to rectangles: what stands between the tokenizer and the model.</summary>
/// <remarks>An operation is a pass over all sentences.</remarks>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    private readonly BatchPlanner planner = new(BatchCost.Of(ModelPrecision.Int8));
    private TokenRows rows = null!;
    private int[] lengths = [];
    private int[][] plan = [];
    private int padTokenId;

    [GlobalSetup]
    public void Setup()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.DefaultModel);
        rows = tokenizer.EncodeBatch(Workload.Sentences());
        lengths = [.. Enumerable.Range(0, rows.Count).Select(rows.LengthOf)];
        plan = Contenders.BatchPlans.Library(lengths, ModelPrecision.Int8);
        padTokenId = tokenizer.PadTokenId;
    }

    [GlobalCleanup]
    public void Cleanup() => rows.Dispose();

    [Benchmark(Description = "BatchPlanner.Plan")]
    public int Plan() => planner.Plan(lengths, Environment.ProcessorCount).Count;

    [Benchmark(Description = "TokenBatch.Pad, every batch of the plan")]
    public int Pad()
    {
        int tokens = 0;
        foreach (int[] selected in plan)
        {
            using var batch = TokenBatch.Pad(rows, selected, padTokenId, PaddingOptions.Default);
            tokens += batch.Rows * batch.Columns;
        }

        return tokens;
    }
}
