namespace Batching;

/// <summary>Which rows go together: batches of row indices, the most expensive batch first.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class BatchPlan
{
    private readonly int[] order;
    private readonly int[] ends;

    internal BatchPlan(int[] order, int[] ends)
    {
        this.order = order;
        this.ends = ends;
    }

    /// <summary>The number of batches.</summary>
    public int Count => ends.Length;

    /// <summary>The rows of a batch, by their index in the list of lengths that was planned.</summary>
    /// <param name="batch">The batch, from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public ReadOnlySpan<int> this[int batch]
    {
        get
        {
            if ((uint)batch >= (uint)ends.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(batch), batch, $"There are {Count} batches, numbered from 0.");
            }

            return order.AsSpan((batch == 0 ? 0 : ends[batch - 1])..ends[batch]);
        }
    }
}
