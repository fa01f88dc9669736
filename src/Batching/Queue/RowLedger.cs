namespace Batching.Queue;

/// <summary>Which rows wait and run, who waits for each, and what becomes of them: state and its changes, without lock or clock.</summary>
/// <remarks>
/// A row belongs to every request that waits for it, and leaves when the last of them has gone. It tells nobody of anything:
/// requests that have ended and batches that nobody wants any more are given back to who asks. Not thread-safe.
/// </remarks>
internal sealed class RowLedger(double bulkShare)
{
    private readonly List<WaitingRow> taken = [];
    private readonly List<RunningBatch> running = [];

    // The rows that another request for the same may share: all that wait or run, where sharing is exact.
    private readonly HashSet<QueuedRow> shareable = new(QueuedRow.SameResult);
    private long batchCount;

    /// <summary>The rows that no batch has taken yet.</summary>
    public WaitingRows Waiting { get; } = new(bulkShare);

    /// <summary>The batches that were taken and have not finished.</summary>
    public IReadOnlyList<RunningBatch> Running => running;

    /// <summary>Whether nothing waits and nothing runs.</summary>
    public bool IsEmpty => Waiting.Count == 0 && running.Count == 0;

    /// <summary>Replaces rows of a new request by the same ones that wait or run already.</summary>
    /// <param name="request">A request that is to be added, or refused.</param>
    /// <param name="shares">Whether a row's result is the same in every batch, so that nobody can tell.</param>
    /// <returns>How many rows and tokens are its own.</returns>
    public (int Rows, int Tokens) Share(QueuedRequest request, bool shares)
    {
        QueuedRow?[] rows = request.Rows;
        int count = 0;
        int tokens = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            QueuedRow row = rows[i]!;
            if (shares && shareable.TryGetValue(row, out QueuedRow? same))
            {
                rows[i] = same;
                continue;
            }

            if (shares)
            {
                shareable.Add(row);
                row.IsShareable = true;
            }

            count++;
            tokens += row.Length;
        }

        return (count, tokens);
    }

    /// <summary>Ends a new request that is not taken.</summary>
    /// <param name="request">A request whose rows were shared, and not added.</param>
    public void Refuse(QueuedRequest request)
    {
        request.IsOver = true;
        foreach (QueuedRow? row in request.Rows)
        {
            if (row is { State: RowState.New, IsShareable: true })
            {
                shareable.Remove(row);
            }
        }
    }

    /// <summary>Takes a new request: its own rows wait, and it waits for those that it shares.</summary>
    /// <param name="request">A request whose rows were shared.</param>
    /// <param name="now">The time, as a timestamp.</param>
    public void Add(QueuedRequest request, long now)
    {
        request.AdmittedAt = now;
        for (int i = 0; i < request.Rows.Length; i++)
        {
            QueuedRow row = request.Rows[i]!;
            row.AddWaiter(new RowWaiter(request, i));
            switch (row.State)
            {
                case RowState.New:
                    row.State = RowState.Waiting;
                    row.ArrivedAt = now;
                    Waiting.Add(row, request.Options.Priority, request.ClientKey);
                    break;
                case RowState.Waiting when request.Options.Priority == RequestPriority.Interactive:
                    Waiting.Promote(row, request.ClientKey);
                    break;
                case RowState.Running:
                    request.StartedAt ??= now;
                    row.Batch!.WantedRows += row.WantedBy == 1 ? 1 : 0;
                    break;
            }
        }
    }

    /// <summary>Ends a request without an answer: rows that nobody else waits for leave with it.</summary>
    /// <param name="request">A request that is not over.</param>
    /// <param name="unwanted">Where batches go that nobody waits for from now on, which are to be stopped.</param>
    public void Leave(QueuedRequest request, List<RunningBatch> unwanted)
    {
        request.IsOver = true;
        for (int i = 0; i < request.Rows.Length; i++)
        {
            if (request.Rows[i] is not { State: RowState.Waiting or RowState.Running } row)
            {
                continue;
            }

            request.Rows[i] = null;
            if (--row.WantedBy > 0)
            {
                continue;
            }

            if (row.State == RowState.Waiting)
            {
                Waiting.Remove(row);
                Drop(row);
            }
            else if (--row.Batch!.WantedRows == 0)
            {
                row.Batch.IsStopped = true;
                foreach (QueuedRow other in row.Batch.Rows)
                {
                    Drop(other);
                }

                unwanted.Add(row.Batch);
            }
        }
    }

    /// <summary>Ends all requests without an answer.</summary>
    /// <param name="unwanted">As for <see cref="Leave"/>.</param>
    /// <returns>The requests, each once.</returns>
    public IReadOnlyList<QueuedRequest> LeaveAll(List<RunningBatch> unwanted)
    {
        var requests = new List<QueuedRequest>();
        foreach (QueuedRow row in (IEnumerable<QueuedRow>)[.. Waiting.All().Cast<QueuedRow>(), .. running.SelectMany(static batch => batch.Rows)])
        {
            for (int i = 0; i < row.WaiterCount; i++)
            {
                QueuedRequest request = row.WaiterAt(i).Request;
                if (!request.IsOver)
                {
                    Leave(request, unwanted);
                    requests.Add(request);
                }
            }
        }

        return requests;
    }

    /// <summary>Makes a batch of the rows whose turn it is. Requests whose time is over leave before it runs.</summary>
    /// <param name="planner">Decides which rows go together.</param>
    /// <param name="freeWorkers">How many workers have nothing to do, the one that asks counted.</param>
    /// <param name="now">The time, as a timestamp.</param>
    /// <param name="expired">Where the requests go whose time is over.</param>
    /// <param name="unwanted">As for <see cref="Leave"/>.</param>
    /// <returns>The batch, or null where the time of all its rows was over.</returns>
    public RunningBatch? Take(BatchPlanner planner, int freeWorkers, long now, List<QueuedRequest> expired, List<RunningBatch> unwanted)
    {
        RequestPriority priority = Waiting.Take(planner, freeWorkers, taken);
        var batch = new RunningBatch(++batchCount, priority, now)
        {
            Rows = [.. taken.Cast<QueuedRow>()],
            WantedRows = taken.Count,
        };
        running.Add(batch);
        foreach (QueuedRow row in batch.Rows)
        {
            row.State = RowState.Running;
            row.Batch = batch;
        }

        foreach (QueuedRow row in batch.Rows)
        {
            for (int i = 0; i < row.WaiterCount; i++)
            {
                QueuedRequest request = row.WaiterAt(i).Request;
                if (!request.IsOver && request.DeadlineAt <= now)
                {
                    Leave(request, unwanted);
                    expired.Add(request);
                }

                request.StartedAt ??= now;
            }
        }

        if (batch.IsStopped)
        {
            // Nothing of it has begun.
            running.Remove(batch);
            unwanted.Remove(batch);
            batch.Dispose();
            return null;
        }

        batch.Rows = StillWanted(batch.Rows);
        return batch;
    }

    /// <summary>Those of a batch's rows that somebody still waits for; the others are over.</summary>
    public QueuedRow[] StillWanted(QueuedRow[] rows)
    {
        if (Array.TrueForAll(rows, static row => row.WantedBy > 0))
        {
            return rows;
        }

        foreach (QueuedRow row in rows)
        {
            if (row.WantedBy == 0)
            {
                Drop(row);
            }
        }

        return Array.FindAll(rows, static row => row.WantedBy > 0);
    }

    /// <summary>Gives rows of a batch their results.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The rows that were run, some or all of the batch's.</param>
    /// <param name="results">Their results.</param>
    /// <param name="now">The time, as a timestamp.</param>
    /// <returns>The requests that have all their results.</returns>
    public List<QueuedRequest> Answer(RunningBatch batch, QueuedRow[] rows, Classification[] results, long now)
    {
        List<QueuedRequest> answered = new(rows.Length);
        for (int row = 0; row < rows.Length; row++)
        {
            Drop(rows[row]);
            batch.WantedRows -= rows[row].WantedBy > 0 ? 1 : 0;
            for (int i = 0; i < rows[row].WaiterCount; i++)
            {
                (QueuedRequest request, int index) = rows[row].WaiterAt(i);
                if (!request.IsOver)
                {
                    batch.Serve(request);
                    if (request.Answer(index, results[row], now))
                    {
                        answered.Add(request);
                    }
                }
            }
        }

        return answered;
    }

    /// <summary>Ends the requests that wait for rows which cannot be run.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The rows, some or all of the batch's.</param>
    /// <param name="unwanted">As for <see cref="Leave"/>.</param>
    /// <returns>The requests, each with the row that it failed on.</returns>
    public List<RowWaiter> Fail(RunningBatch batch, QueuedRow[] rows, List<RunningBatch> unwanted)
    {
        List<RowWaiter> failed = [];
        foreach (QueuedRow row in rows)
        {
            if (row.State == RowState.Over)
            {
                continue;
            }

            batch.FailedRows++;
            batch.WantedRows -= row.WantedBy > 0 ? 1 : 0;
            Drop(row);
            for (int i = 0; i < row.WaiterCount; i++)
            {
                RowWaiter waiter = row.WaiterAt(i);
                if (!waiter.Request.IsOver)
                {
                    batch.Serve(waiter.Request);
                    Leave(waiter.Request, unwanted);
                    failed.Add(waiter);
                }
            }
        }

        return failed;
    }

    /// <summary>Ends a batch; what is left of its rows is over.</summary>
    public void Finish(RunningBatch batch)
    {
        foreach (QueuedRow row in batch.Rows)
        {
            Drop(row);
        }

        running.Remove(batch);
    }

    // Nobody can come to share the row from now on.
    private void Drop(QueuedRow row)
    {
        if (row.State != RowState.Over)
        {
            row.State = RowState.Over;
            if (row.IsShareable)
            {
                shareable.Remove(row);
            }
        }
    }
}
