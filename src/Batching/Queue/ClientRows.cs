namespace Batching.Queue;

/// <summary>What waits for one client in one priority, oldest first. Not thread-safe.</summary>
internal sealed class ClientRows
{
    /// <summary>Who comes has a turn.</summary>
    public const int FirstCredit = 1;

    public ClientRows(string key, FairRows owner)
    {
        Key = key;
        Owner = owner;
        Turn = new LinkedListNode<ClientRows>(this);
    }

    public string Key { get; }

    public FairRows Owner { get; }

    public LinkedList<WaitingRow> Rows { get; } = new();

    public int TokenCount { get; set; }

    /// <summary>How many tokens it may still have run in its turn; below zero where it had more than that.</summary>
    public int Credit { get; set; }

    /// <summary>Its place among the clients.</summary>
    public LinkedListNode<ClientRows> Turn { get; }
}
