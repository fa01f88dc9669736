using Batching.Batches;

namespace Batching;

/// <summary>Decides which rows go together, from their lengths alone.</summary>
/// <remarks>
/// <para>
/// The rows are sorted by length and the sorted list is cut into batches by dynamic programming, so that no other way to
/// cut it costs less: a further batch costs a run, a longer one costs padding, and <see cref="BatchCost"/> says how much.
/// </para>
/// <para>
/// Where there are several workers and little to do, the batches are also made small enough for all workers to have some,
/// if that is faster. Pure: the same lengths give the same plan. Immutable and thread-safe.
/// </para>
/// </remarks>
public sealed class BatchPlanner
{
    /// <summary>The default bound on a batch: beyond it a CPU's caches no longer hold what a run works on.</summary>
    public const int DefaultTokensPerBatch = 512;

    // How many batches each worker should find at least, where there is little to do.
    private static readonly int[] BatchesPerWorker = [1, 2, 4];

    private readonly BatchCost cost;
    private readonly int tokensPerBatch;
    private readonly BatchShape shape;

    /// <summary>Creates a planner.</summary>
    /// <param name="cost">What a batch costs.</param>
    /// <param name="tokensPerBatch">The most tokens in a batch, padding counted, unless a single row has more. From 1.</param>
    /// <exception cref="ArgumentException">A cost is negative or not finite, or the bound is below 1.</exception>
    public BatchPlanner(BatchCost cost, int tokensPerBatch = DefaultTokensPerBatch)
        : this(cost, tokensPerBatch, BatchShape.Any)
    {
    }

    /// <summary>Creates a planner for a graph that does not take every shape.</summary>
    internal BatchPlanner(BatchCost cost, int tokensPerBatch, BatchShape shape)
    {
        foreach (double part in new[] { cost.PerBatch, cost.PerToken, cost.PerTokenPair })
        {
            if (!double.IsFinite(part) || part < 0)
            {
                throw new ArgumentException($"The {cost} has a part that is negative or not finite; every part is at least 0.", nameof(cost));
            }
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(tokensPerBatch, 1);
        this.cost = cost;
        this.tokensPerBatch = tokensPerBatch;
        this.shape = shape;
    }

    /// <summary>What a batch is taken to cost.</summary>
    public BatchCost Cost => cost;

    /// <summary>The most tokens in a batch, padding counted.</summary>
    internal int TokensPerBatch => tokensPerBatch;

    /// <summary>Plans the batches of rows.</summary>
    /// <param name="lengths">The length of every row, from 0.</param>
    /// <param name="workers">How many batches run side by side. From 1.</param>
    /// <returns>A plan in which every row is in exactly one batch.</returns>
    /// <exception cref="ArgumentException">A length is negative, or there is no worker.</exception>
    public BatchPlan Plan(ReadOnlySpan<int> lengths, int workers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        int[] order = new int[lengths.Length];
        int[] sorted = new int[lengths.Length];
        long tokens = 0;
        for (int row = 0; row < order.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(lengths[row], nameof(lengths));
            order[row] = row;
            int columns = shape.ColumnsOf(lengths[row]);

            // Rows that are padded to the same length are the same, unless they may not be padded.
            sorted[row] = shape.EqualLengths ? -lengths[row] : -columns;
            tokens += columns;
        }

        // The longest first, so that the last batches to finish are short ones.
        Array.Sort(sorted, order);
        int[]? ends = shape.EqualLengths ? EndsOfEqual(sorted) : null;
        for (int row = 0; row < sorted.Length; row++)
        {
            sorted[row] = shape.ColumnsOf(-sorted[row]);
        }

        int[] best = Cut(sorted, ends, tokensPerBatch);
        double bestTime = TimeOf(sorted, best, workers);
        foreach (int batches in BatchesPerWorker)
        {
            long bound = tokens / ((long)workers * batches);

            // Where the number of rows is fixed, a batch of fewer is no cheaper.
            if (workers > 1 && bound < tokensPerBatch && shape.Rows is null)
            {
                int[] smaller = Cut(sorted, ends, (int)Math.Max(1, bound));
                double time = TimeOf(sorted, smaller, workers);
                (best, bestTime) = time < bestTime ? (smaller, time) : (best, bestTime);
            }
        }

        return new BatchPlan(order, best);
    }

    // For each row the index after the last one that is as long.
    private static int[] EndsOfEqual(int[] sorted)
    {
        var ends = new int[sorted.Length];
        for (int row = sorted.Length - 1; row >= 0; row--)
        {
            ends[row] = row + 1 < sorted.Length && sorted[row + 1] == sorted[row] ? ends[row + 1] : row + 1;
        }

        return ends;
    }

    // The cheapest way to cut the sorted rows: of every prefix of the list the least cost, from those of shorter prefixes.
    // A batch that starts with a row goes no further than to the end that is given for it, where one is.
    private int[] Cut(int[] sorted, int[]? lastEnds, int bound)
    {
        int count = sorted.Length;
        var least = new double[count + 1];
        var startOfLast = new int[count + 1];
        Array.Fill(least, double.PositiveInfinity, 1, count);
        for (int start = 0; start < count; start++)
        {
            // The first row of a batch is its longest. A bound below its length leaves it alone in its batch, or with as few
            // as cost no more: rows that fill up a batch to those that are run cost as much as any.
            int columns = sorted[start];
            double row = cost.RowOf(columns);
            double before = least[start] + cost.PerBatch;
            int end = start + Math.Min((lastEnds?[start] ?? count) - start, shape.Rows ?? Math.Max(shape.LeastRows, bound / Math.Max(1, columns)));
            for (int next = start + 1; next <= end; next++)
            {
                double total = before + (shape.RowsOf(next - start) * row);
                if (total < least[next])
                {
                    least[next] = total;
                    startOfLast[next] = start;
                }
            }
        }

        var ends = new List<int>();
        for (int end = count; end > 0; end = startOfLast[end])
        {
            ends.Add(end);
        }

        ends.Reverse();
        return [.. ends];
    }

    // When the last worker is done, if each takes the next batch as soon as it is free.
    private double TimeOf(int[] sorted, int[] ends, int workers)
    {
        var free = new PriorityQueue<int, double>(Enumerable.Range(0, Math.Min(workers, Math.Max(1, ends.Length))).Select(worker => (worker, 0.0)));
        double last = 0;
        int start = 0;
        foreach (int end in ends)
        {
            free.TryDequeue(out int worker, out double time);
            time += cost.Of(shape.RowsOf(end - start), sorted[start]);
            free.Enqueue(worker, time);
            last = Math.Max(last, time);
            start = end;
        }

        return last;
    }
}
