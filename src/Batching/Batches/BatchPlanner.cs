namespace Batching.Batches;

/// <summary>Decides which rows go together, from their lengths alone.</summary>
/// <remarks>
/// On a CPU a padded token costs as much as a real one and large batches gain nothing, so rows of near lengths go
/// together in small batches; the longest come first, so that the last batches to finish are short ones.
/// </remarks>
internal static class BatchPlanner
{
    /// <param name="lengths">The length of every row.</param>
    /// <param name="tokensPerBatch">A batch holds at most this many tokens, padding counted, unless a single row is longer.</param>
    public static BatchPlan Plan(ReadOnlySpan<int> lengths, int tokensPerBatch)
    {
        int[] order = new int[lengths.Length];
        int[] keys = new int[lengths.Length];
        for (int row = 0; row < order.Length; row++)
        {
            order[row] = row;
            keys[row] = -lengths[row];
        }

        Array.Sort(keys, order);
        var ends = new List<int>();
        int start = 0;
        while (start < order.Length)
        {
            int longest = Math.Max(1, lengths[order[start]]);
            int rows = Math.Max(1, tokensPerBatch / longest);
            start = (int)Math.Min(order.Length, (long)start + rows);
            ends.Add(start);
        }

        return new BatchPlan(order, [.. ends]);
    }
}
