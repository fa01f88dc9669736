namespace Batching.Queue;

/// <summary>A row that waits for a worker, as the numbers that decide when it runs. Not thread-safe.</summary>
internal class WaitingRow
{
    /// <param name="length">How many tokens it has.</param>
    public WaitingRow(int length)
    {
        Length = length;
        Node = new LinkedListNode<WaitingRow>(this);
    }

    public int Length { get; }

    /// <summary>When it came, as a timestamp.</summary>
    public long ArrivedAt { get; set; }

    /// <summary>Whose row it is while it waits, and null otherwise.</summary>
    public ClientRows? Client { get; set; }

    /// <summary>Its place among its client's rows.</summary>
    public LinkedListNode<WaitingRow> Node { get; }
}
