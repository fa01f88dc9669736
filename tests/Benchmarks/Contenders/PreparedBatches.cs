using System.Diagnostics;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>Batches that were tokenized and padded beforehand, run by this library's model on several workers.</summary>
internal sealed class PreparedBatches : IContender, IDisposable
{
    private readonly SequenceModel model;
    private readonly TokenBatch[] batches;
    private readonly int[][] plan;
    private readonly int workers;
    private readonly float[] logits;
    private int next;

    /// <param name="name">What the tables call it.</param>
    /// <param name="model">Runs the batches. It stays the caller's.</param>
    /// <param name="rows">The ids of the texts.</param>
    /// <param name="plan">The rows of every batch.</param>
    /// <param name="workers">How many batches run side by side.</param>
    public PreparedBatches(string name, SequenceModel model, TokenRows rows, int[][] plan, int workers)
    {
        const int PadTokenId = 0;
        Name = name;
        this.model = model;
        this.plan = plan;
        this.workers = workers;
        batches = [.. plan.Select(batch => TokenBatch.Pad([.. batch.Select(row => rows[row].ToArray())], PadTokenId))];
        logits = new float[rows.Count * model.LabelCount];
    }

    public string Name { get; }

    public Pass Run()
    {
        next = -1;
        var watch = Stopwatch.StartNew();
        Task[] others = [.. Enumerable.Range(1, workers - 1).Select(_ => Task.Run(Work))];
        Work();
        Task.WaitAll(others);
        watch.Stop();
        return new Pass(watch.Elapsed, [.. logits]);
    }

    public void Dispose()
    {
        foreach (TokenBatch batch in batches)
        {
            batch.Dispose();
        }
    }

    private void Work()
    {
        int width = model.LabelCount;
        int batch;
        while ((batch = Interlocked.Increment(ref next)) < batches.Length)
        {
            var result = new float[plan[batch].Length * width];
            model.Run(batches[batch]).FlattenTo(result);
            for (int row = 0; row < plan[batch].Length; row++)
            {
                result.AsSpan(row * width, width).CopyTo(logits.AsSpan(plan[batch][row] * width));
            }
        }
    }
}
