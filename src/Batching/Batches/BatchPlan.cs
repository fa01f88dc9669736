namespace Batching.Batches;

/// <summary>Which rows go together: batches of row indices.</summary>
internal sealed class BatchPlan(int[] order, int[] ends)
{
    /// <summary>The number of batches.</summary>
    public int Count => ends.Length;

    /// <summary>The rows of a batch, by their index in the list that was planned.</summary>
    public ReadOnlySpan<int> this[int batch] => order.AsSpan((batch == 0 ? 0 : ends[batch - 1])..ends[batch]);
}
