namespace Batching.Queue;

/// <summary>The rows that wait, and which of them run next: a pure decision, from numbers alone.</summary>
/// <remarks>
/// <para>
/// First comes the priority: interactive, unless bulk has earned a batch by its share of the tokens run meanwhile. Then the
/// client whose turn it is. Its oldest row runs now, whatever its length, so that nobody starves; which rows go with it is
/// cut by the <see cref="BatchPlanner"/> from the oldest, about a batch's worth.
/// </para>
/// <para>What a decision takes does not grow with the number of rows. Not thread-safe.</para>
/// </remarks>
internal sealed class WaitingRows
{
    /// <summary>The most rows that a batch is chosen from.</summary>
    public const int MostCandidates = 256;

    private readonly FairRows interactive = new();
    private readonly FairRows bulk = new();
    private readonly double earnedByToken;
    private readonly List<WaitingRow> candidates = new(MostCandidates);
    private readonly int[] lengths = new int[MostCandidates];
    private double bulkCredit;

    /// <param name="bulkShare">The part of the tokens that is bulk while both wait, between 0 and 1.</param>
    public WaitingRows(double bulkShare) => earnedByToken = bulkShare / (1 - bulkShare);

    public int Count => interactive.Count + bulk.Count;

    public int TokenCount => interactive.TokenCount + bulk.TokenCount;

    public int BulkTokenCount => bulk.TokenCount;

    public int ClientCount => interactive.Clients.Count + bulk.Clients.Count;

    /// <summary>When the oldest row came; null where none waits.</summary>
    public long? OldestArrival
    {
        get
        {
            long? oldest = null;
            foreach (FairRows rows in new[] { interactive, bulk })
            {
                foreach (ClientRows client in rows.Clients)
                {
                    long arrival = client.Rows.First!.Value.ArrivedAt;
                    oldest = Math.Min(oldest ?? arrival, arrival);
                }
            }

            return oldest;
        }
    }

    public void Add(WaitingRow row, RequestPriority priority, string clientKey) => Of(priority).Add(row, clientKey);

    public void Remove(WaitingRow row) => (row.Client!.Owner == bulk ? bulk : interactive).Remove(row);

    /// <summary>Has a row in bulk run with the interactive ones, as the newest of a client's; other rows stay where they are.</summary>
    public void Promote(WaitingRow row, string clientKey)
    {
        if (row.Client!.Owner == bulk)
        {
            bulk.Remove(row);
            interactive.Add(row, clientKey);
        }
    }

    /// <summary>How many tokens wait for a client.</summary>
    public int TokensOf(string clientKey) => interactive.TokensOf(clientKey) + bulk.TokensOf(clientKey);

    /// <summary>How many tokens are run before the last of a new request's, at least, if no others come.</summary>
    /// <param name="priority">The request's priority.</param>
    /// <param name="clientKey">Its client.</param>
    /// <param name="added">Its tokens.</param>
    public double TokensBefore(RequestPriority priority, string clientKey, int added)
    {
        long own = Of(priority).TokensBefore(clientKey, added);
        return priority == RequestPriority.Interactive ? own
            : Math.Min(own + (double)interactive.TokenCount, own * (1 + (1 / earnedByToken)));
    }

    public IEnumerable<WaitingRow> All() =>
        interactive.Clients.Concat(bulk.Clients).SelectMany(static client => client.Rows);

    /// <summary>Removes the rows that are to run next, as one batch.</summary>
    /// <param name="planner">Decides which rows go together.</param>
    /// <param name="freeWorkers">How many workers have nothing to do, the one that asks counted.</param>
    /// <param name="batch">Where the rows go; cleared before. The first is the one whose turn it was.</param>
    /// <returns>The priority of the batch.</returns>
    public RequestPriority Take(BatchPlanner planner, int freeWorkers, List<WaitingRow> batch)
    {
        batch.Clear();
        int quantum = planner.TokensPerBatch;
        RequestPriority priority = NextPriority(quantum);
        FairRows rows = Of(priority);
        rows.Gather(candidates, MostCandidates, quantum);
        Select(planner, freeWorkers, batch);
        int tokens = 0;
        foreach (WaitingRow row in batch)
        {
            tokens += row.Length;
            rows.Take(row, quantum);
        }

        if (priority == RequestPriority.Interactive && bulk.Count > 0)
        {
            bulkCredit += tokens * earnedByToken;
        }
        else if (priority == RequestPriority.Bulk && interactive.Count > 0)
        {
            bulkCredit -= tokens;
        }

        return priority;
    }

    private FairRows Of(RequestPriority priority) => priority == RequestPriority.Interactive ? interactive : bulk;

    private RequestPriority NextPriority(int tokensPerBatch)
    {
        if (bulk.Count == 0)
        {
            bulkCredit = 0;
            return RequestPriority.Interactive;
        }

        // Only a whole batch is worth that somebody waits for it.
        return interactive.Count == 0 || bulkCredit >= Math.Min(tokensPerBatch, bulk.TokenCount)
            ? RequestPriority.Bulk
            : RequestPriority.Interactive;
    }

    private void Select(BatchPlanner planner, int freeWorkers, List<WaitingRow> batch)
    {
        if (candidates.Count == 1)
        {
            batch.Add(candidates[0]);
            return;
        }

        for (int i = 0; i < candidates.Count; i++)
        {
            lengths[i] = candidates[i].Length;
        }

        // The plan says how many rows of which lengths, and among those of these lengths, the first in turn go. Where rows as long
        // as the first are in several batches, the plan may have left it over for a small one: all of these are as good for it.
        (int shortest, int longest) = (0, 0);
        int rows = 0;
        BatchPlan plan = planner.Plan(lengths.AsSpan(0, candidates.Count), freeWorkers);
        for (int i = 0; i < plan.Count; i++)
        {
            (int least, int most) = LengthsOf(plan[i]);
            if (least <= lengths[0] && lengths[0] <= most && plan[i].Length > rows)
            {
                (shortest, longest, rows) = (least, most, plan[i].Length);
            }
        }

        for (int i = 0; i < candidates.Count && batch.Count < rows; i++)
        {
            if (lengths[i] >= shortest && lengths[i] <= longest)
            {
                batch.Add(candidates[i]);
            }
        }
    }

    private (int Shortest, int Longest) LengthsOf(ReadOnlySpan<int> rows)
    {
        int shortest = int.MaxValue;
        int longest = 0;
        foreach (int row in rows)
        {
            shortest = Math.Min(shortest, lengths[row]);
            longest = Math.Max(longest, lengths[row]);
        }

        return (shortest, longest);
    }
}
