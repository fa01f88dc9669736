namespace Batching.Benchmarks.Contenders;

/// <summary>Ways to put rows together: from the lengths of the rows to the rows of every batch.</summary>
internal static class BatchPlans
{
    /// <summary>This library's plan, as its front door makes it for a model of a precision.</summary>
    public static int[][] Library(int[] lengths, ModelPrecision precision)
    {
        BatchPlan plan = new BatchPlanner(BatchCost.Of(precision)).Plan(lengths, Environment.ProcessorCount);
        return [.. Enumerable.Range(0, plan.Count).Select(batch => plan[batch].ToArray())];
    }

    public static int[][] ArrivalOrder(int[] lengths, int rowsPerBatch) => [.. Enumerable.Range(0, lengths.Length).Chunk(rowsPerBatch)];

    public static int[][] Sorted(int[] lengths, int rowsPerBatch) => [.. LongestFirst(lengths).Chunk(rowsPerBatch)];

    /// <summary>Sorted by length, and cut where a batch would hold more tokens than so many, padding counted.</summary>
    public static int[][] Budget(int[] lengths, int tokensPerBatch)
    {
        var batches = new List<int[]>();
        int[] order = LongestFirst(lengths);
        for (int start = 0; start < order.Length; start += batches[^1].Length)
        {
            batches.Add([.. order.Skip(start).Take(Math.Max(1, tokensPerBatch / lengths[order[start]]))]);
        }

        return [.. batches];
    }

    /// <summary>Only rows of one length go together, so that nothing is padded.</summary>
    public static int[][] EqualLengths(int[] lengths, int tokensPerBatch) => [.. LongestFirst(lengths)
        .GroupBy(row => lengths[row])
        .SelectMany(group => group.Chunk(Math.Max(1, tokensPerBatch / group.Key)))];

    /// <summary>How many tokens a model sees for each that a text has.</summary>
    public static double PaddingRatio(int[] lengths, int[][] plan) =>
        plan.Sum(batch => (double)batch.Length * batch.Max(row => lengths[row])) / lengths.Sum();

    private static int[] LongestFirst(int[] lengths) => [.. Enumerable.Range(0, lengths.Length).OrderByDescending(row => lengths[row])];
}
