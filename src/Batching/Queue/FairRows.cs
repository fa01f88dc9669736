namespace Batching.Queue;

/// <summary>The waiting rows of one priority. Its clients take turns, and get the same number of tokens each: a deficit round robin.</summary>
/// <remarks>Adding and removing a row take the same time however many wait. Not thread-safe.</remarks>
internal sealed class FairRows
{
    // How many of another client's rows may go along with those of the client whose turn it is.
    private const int GuestsPerClient = 16;

    // Where rows are long, as many as it takes to find some of nearly one length.
    private const int LeastCandidates = 16;

    private readonly Dictionary<string, ClientRows> clients = new(StringComparer.Ordinal);

    // The first is the one whose turn it is.
    private readonly LinkedList<ClientRows> turns = new();

    // Whoever left last is often the next to come, such as the client of all requests without a key.
    private ClientRows? left;

    public int Count { get; private set; }

    public int TokenCount { get; private set; }

    /// <summary>The clients that have rows waiting.</summary>
    public IReadOnlyCollection<ClientRows> Clients => turns;

    public void Add(WaitingRow row, string clientKey)
    {
        if (!clients.TryGetValue(clientKey, out ClientRows? client))
        {
            client = left?.Key == clientKey ? left : new ClientRows(clientKey, this);
            client.Credit = ClientRows.FirstCredit;
            clients.Add(clientKey, client);
            turns.AddLast(client.Turn);
        }

        row.Client = client;
        client.Rows.AddLast(row.Node);
        client.TokenCount += row.Length;
        TokenCount += row.Length;
        Count++;
    }

    public void Remove(WaitingRow row)
    {
        ClientRows client = row.Client!;
        row.Client = null;
        client.Rows.Remove(row.Node);
        client.TokenCount -= row.Length;
        TokenCount -= row.Length;
        Count--;
        if (client.Rows.Count == 0)
        {
            clients.Remove(client.Key);
            turns.Remove(client.Turn);
            left = client;
        }
    }

    /// <summary>Removes a row that is to run, at its client's expense.</summary>
    /// <param name="row">The row.</param>
    /// <param name="quantum">What a client gets in a turn.</param>
    public void Take(WaitingRow row, int quantum)
    {
        // What a client gets as a guest in batches that have room is not held against it for ever.
        ClientRows client = row.Client!;
        client.Credit = Math.Max(client.Credit - row.Length, -quantum);
        Remove(row);
    }

    /// <summary>How many tokens wait for a client.</summary>
    public int TokensOf(string clientKey) => clients.TryGetValue(clientKey, out ClientRows? client) ? client.TokenCount : 0;

    /// <summary>How many tokens run before the last of a client's, of rows that wait now: no more than all, and no more than its turns take.</summary>
    /// <param name="clientKey">The client.</param>
    /// <param name="added">How many tokens of it are to come.</param>
    public long TokensBefore(string clientKey, int added)
    {
        int others = turns.Count - (clients.ContainsKey(clientKey) ? 1 : 0);
        return Math.Min((long)TokenCount + added, (long)(TokensOf(clientKey) + added) * (others + 1));
    }

    /// <summary>Lists rows that may run now: first those of the client whose turn it is, oldest first, then some of the others'.</summary>
    /// <param name="candidates">Where they go; the first is the one that has to run. Cleared before.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="quantum">What a client gets in a turn: a batch's worth of tokens.</param>
    /// <remarks>
    /// A batch's worth, because who is a candidate may be served before those that came earlier: with many more, rows of a seldom
    /// length would wait twice as long as the others.
    /// </remarks>
    public void Gather(List<WaitingRow> candidates, int most, int quantum)
    {
        candidates.Clear();
        NextTurn(quantum);
        int tokens = 0;
        int share = most;
        foreach (ClientRows client in turns)
        {
            int end = Math.Min(most, candidates.Count + share);
            for (LinkedListNode<WaitingRow>? node = client.Rows.First; node is not null && candidates.Count < end; node = node.Next)
            {
                if (tokens + node.Value.Length > quantum && candidates.Count >= LeastCandidates)
                {
                    return;
                }

                candidates.Add(node.Value);
                tokens += node.Value.Length;
            }

            share = GuestsPerClient;
        }
    }

    // Who has used up what a turn gives waits for the others. Each step is paid for by as many tokens that ran.
    private void NextTurn(int quantum)
    {
        while (turns.First!.Value is { Credit: <= 0 } client)
        {
            client.Credit += quantum;
            turns.RemoveFirst();
            turns.AddLast(client.Turn);
        }
    }
}
