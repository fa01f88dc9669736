using Batching.Inference;

namespace Batching.Queue;

/// <summary>Takes requests, has workers run them in batches, and sees to it that each gets exactly one answer.</summary>
/// <remarks>
/// Thread-safe. It locks, asks and tells: one lock guards the state, and is never held while a batch runs or anybody else's
/// code does. Which rows belong to whom is <see cref="RowLedger"/>'s matter, which of them are next <see cref="WaitingRows"/>',
/// how many cores they have <see cref="CorePolicy"/>'s, and what becomes of a batch <see cref="BatchExecution"/>'s.
/// </remarks>
internal sealed class BatchScheduler : IBatchListener, IDisposable
{
    private readonly IQueueBackend backend;
    private readonly ClassificationQueueOptions options;
    private readonly int workers;
    private readonly TimeProvider time;
    private readonly QueueMetrics metrics;

    private readonly Lock gate = new();
    private readonly RowLedger rows;
    private readonly CorePolicy cores = new();
    private readonly TokenRate rate = new();
    private readonly Admission admission;
    private readonly BatchExecution execution;
    private readonly IdleWorkers idleWorkers = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isStopping;

    public BatchScheduler(IQueueBackend backend, ClassificationQueueOptions options, TimeProvider time)
    {
        this.backend = backend;
        this.options = options;
        this.time = time;
        workers = options.Workers ?? backend.Parallelism;
        rows = new RowLedger(options.BulkShare);
        admission = new Admission(options, rows.Waiting, rate, time);
        execution = new BatchExecution(backend, time, this);
        metrics = new QueueMetrics(backend.Name, GetStatus);
    }

    // Whether a free worker is to take something now.
    private bool HasWork => rows.Waiting.Count > 0 && !cores.HoldsBack(rows);

    /// <summary>How many workers there are to be.</summary>
    public int Workers => workers;

    /// <summary>Takes a request as a whole, or ends it with what stands against that.</summary>
    public void Admit(QueuedRequest request)
    {
        Exception? refusal = null;
        int toWake = 0;
        int shared = 0;
        lock (gate)
        {
            // It may have been cancelled on its way here.
            if (request.IsOver)
            {
                return;
            }

            bool isFirst = rows.IsEmpty;
            long now = time.GetTimestamp();
            (int ownRows, int ownTokens) = rows.Share(request, backend.SharesRepeatedRows);
            refusal = isStopping
                ? new QueueStoppedException("The queue was told to stop and takes no more requests.")
                : admission.Refusal(request, ownTokens, now);
            if (refusal is null)
            {
                rows.Add(request, now);
                shared = request.Rows.Length - ownRows;
                cores.Add(isFirst);
                toWake = TakeIdleWorkers();
            }
            else
            {
                rows.Refuse(request);
            }
        }

        if (refusal is not null)
        {
            metrics.Rejected(refusal switch
            {
                QueueFullException => "full",
                DeadlineExceededException => "deadline",
                _ => "stopped",
            });
            request.Fail(refusal);
            return;
        }

        metrics.Shared(shared);
        idleWorkers.Wake(toWake);
    }

    /// <summary>Ends a request without an answer, unless it has one; what nobody else waits for is not run.</summary>
    /// <param name="request">The request.</param>
    /// <param name="outcome">What measurements call it.</param>
    /// <param name="exception">What its caller gets.</param>
    public void End(QueuedRequest request, string outcome, Exception exception)
    {
        List<RunningBatch> unwanted = [];
        lock (gate)
        {
            if (request.IsOver)
            {
                return;
            }

            rows.Leave(request, unwanted);
            CheckDrained();
        }

        metrics.Ended(outcome);
        request.Fail(exception);
        Stop(unwanted);
    }

    /// <summary>Ends all requests without an answer.</summary>
    public void EndAll(string outcome, Func<Exception> exception)
    {
        IReadOnlyList<QueuedRequest> requests;
        List<RunningBatch> unwanted = [];
        lock (gate)
        {
            requests = rows.LeaveAll(unwanted);
            CheckDrained();
        }

        foreach (QueuedRequest request in requests)
        {
            metrics.Ended(outcome);
            request.Fail(exception());
        }

        Stop(unwanted);
    }

    /// <summary>Takes no more requests.</summary>
    /// <returns>Ends when all that were taken have ended, and no batch runs.</returns>
    public Task StopTaking()
    {
        int toWake;
        lock (gate)
        {
            isStopping = true;
            toWake = idleWorkers.TakeAll();
            CheckDrained();
        }

        idleWorkers.Wake(toWake);
        return drained.Task;
    }

    /// <summary>Holds a worker up until there may be work.</summary>
    /// <returns>Whether it is to look for work; false when there will be none any more.</returns>
    public bool WaitForWork()
    {
        lock (gate)
        {
            if (HasWork)
            {
                return true;
            }

            if (isStopping)
            {
                return false;
            }

            idleWorkers.Add();
        }

        idleWorkers.Sleep();
        return true;
    }

    /// <summary>Runs the next batch, if there is one, on the caller's thread.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RunNext()
    {
        RunningBatch? batch = Take();
        if (batch is null)
        {
            return false;
        }

        using (batch)
        {
            try
            {
                execution.Run(batch);
            }
            finally
            {
                Finish(batch);
            }
        }

        return true;
    }

    public QueueStatus GetStatus()
    {
        lock (gate)
        {
            return new QueueStatus
            {
                IsAccepting = !isStopping,
                RowsWaiting = rows.Waiting.Count,
                TokensWaiting = rows.Waiting.TokenCount,
                BulkTokensWaiting = rows.Waiting.BulkTokenCount,
                MaxTokensWaiting = options.MaxTokensWaiting,
                ClientsWaiting = rows.Waiting.ClientCount,
                OldestWait = rows.Waiting.OldestArrival is { } arrival ? time.GetElapsedTime(arrival) : TimeSpan.Zero,
                BatchesRunning = rows.Running.Count,
                RowsRunning = rows.Running.Sum(static batch => batch.Rows.Length),
                TokensRunning = rows.Running.Sum(static batch => batch.TokenCount),
                Workers = workers,
                TokensPerSecond = rate.PerSecond,
            };
        }
    }

    public void Dispose()
    {
        metrics.Dispose();
        idleWorkers.Dispose();
    }

    // Takes as many idle workers as have something to do, which are to be woken once the lock is free.
    private int TakeIdleWorkers() => HasWork ? idleWorkers.Take(rows.Waiting.Count) : 0;

    private RunningBatch? Take()
    {
        RunningBatch? batch = null;
        List<QueuedRequest> expired = [];
        List<RunningBatch> unwanted = [];
        int toWake;
        lock (gate)
        {
            while (batch is null && HasWork)
            {
                batch = TakeBatch(expired, unwanted);
            }

            toWake = TakeIdleWorkers();
            CheckDrained();
        }

        idleWorkers.Wake(toWake);
        foreach (QueuedRequest request in expired)
        {
            metrics.Ended("expired");
            request.Fail(Admission.Expired());
        }

        Stop(unwanted);
        if (batch is not null && QueueMetrics.MeasuresWait)
        {
            foreach (QueuedRow row in batch.Rows)
            {
                metrics.Waited(time.GetElapsedTime(row.ArrivedAt, batch.StartedAt), batch.Priority);
            }
        }

        return batch;
    }

    // Null where the time of all its rows was over.
    private RunningBatch? TakeBatch(List<QueuedRequest> expired, List<RunningBatch> unwanted)
    {
        CoreUse wanted = cores.CoresFor(rows, backend.CoresFor);
        int freeWorkers = wanted == CoreUse.All ? 1 : Math.Max(1, workers - rows.Running.Count);
        RunningBatch? batch = rows.Take(backend.Planner, freeWorkers, time.GetTimestamp(), expired, unwanted);
        batch?.Cores = wanted == CoreUse.AloneOnOne && (batch.Rows.Length > 1 || rows.Waiting.Count > 0) ? CoreUse.Shared : wanted;
        return batch;
    }

    QueuedRow[] IBatchListener.StillWanted(QueuedRow[] batchRows)
    {
        lock (gate)
        {
            return rows.StillWanted(batchRows);
        }
    }

    void IBatchListener.Answer(RunningBatch batch, QueuedRow[] batchRows, Classification[] results, TimeSpan duration)
    {
        List<QueuedRequest> answered;
        lock (gate)
        {
            rate.Add(batchRows.Sum(static row => row.Length), duration, batch.Cores == CoreUse.All ? 1 : workers);
            answered = rows.Answer(batch, batchRows, results, time.GetTimestamp());
        }

        foreach (QueuedRequest request in answered)
        {
            metrics.Ended("answered");
            request.Complete();
        }
    }

    void IBatchListener.Fail(RunningBatch batch, QueuedRow[] batchRows, Exception exception)
    {
        List<RowWaiter> failed;
        List<RunningBatch> unwanted = [];
        lock (gate)
        {
            failed = rows.Fail(batch, batchRows, unwanted);
        }

        foreach (RowWaiter waiter in failed)
        {
            metrics.Ended("failed");
            waiter.Request.Fail(FailureOf(waiter, exception));
        }

        Stop(unwanted);
    }

    // Each caller gets an exception of its own: one that is thrown in several places at once is none's.
    private static Exception FailureOf(RowWaiter waiter, Exception exception)
    {
        int count = waiter.Request.TextCount;
        string message = count == 1 ? exception.Message : $"Text {waiter.Request.TextOf(waiter.Index)} of {count}: {exception.Message}";
        return exception is ObjectDisposedException
            ? new ObjectDisposedException(message, exception)
            : new ModelRunException(message, exception);
    }

    private void Finish(RunningBatch batch)
    {
        lock (gate)
        {
            rows.Finish(batch);
            CheckDrained();
        }

        if (options.BatchCompleted is null)
        {
            return;
        }

        try
        {
            options.BatchCompleted(batch.Report(time));
        }
        catch (Exception)
        {
            // A listener's own failure is not the queue's.
        }
    }

    private void CheckDrained()
    {
        if (isStopping && rows.IsEmpty)
        {
            drained.TrySetResult();
        }
    }

    private static void Stop(List<RunningBatch> batches)
    {
        foreach (RunningBatch batch in batches)
        {
            batch.Stop();
        }
    }
}
