using Batching.Inference;

namespace Batching.Scheduling;

/// <summary>Takes requests, has workers run them in batches, and sees to it that each gets exactly one answer.</summary>
/// <remarks>
/// Thread-safe. One lock guards the state; it is never held while a batch runs or anybody else's code does.
/// What is decided when is <see cref="WaitingRows"/>' matter.
/// </remarks>
internal sealed class BatchScheduler : IDisposable
{
    // Where fewer of the latest requests find nothing to do before them, the cores that one has are missed by the next.
    private const double LeastQuietPart = 0.55;

    // Some thirty requests count.
    private const double RequestWeight = 1.0 / 32;

    // What is over in a few milliseconds with all cores: a sentence or two.
    private const int MostHeldTokens = 64;

    private readonly IQueueBackend backend;
    private readonly ClassificationQueueOptions options;
    private readonly int workers;
    private readonly TimeProvider time;
    private readonly QueueMetrics metrics;

    private readonly Lock gate = new();
    private readonly WaitingRows waiting;
    private readonly List<WaitingRow> taken = [];
    private readonly List<RunningBatch> running = [];
    private readonly TokenRate rate = new();
    private readonly Admission admission;
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The rows that another request for the same may share: all that wait or run, where sharing is exact.
    private readonly HashSet<QueuedRow> shareable = new(QueuedRow.SameResult);

    // One permit wakes one of the idle workers.
    private readonly SemaphoreSlim work = new(0);
    private int idleWorkers;

    // The part of the latest requests that found nothing waiting and nothing running.
    private double quietPart = 1;
    private long batchCount;
    private bool isStopping;

    public BatchScheduler(IQueueBackend backend, ClassificationQueueOptions options, TimeProvider time)
    {
        this.backend = backend;
        this.options = options;
        this.time = time;
        workers = options.Workers ?? backend.Parallelism;
        waiting = new WaitingRows(options.BulkShare);
        admission = new Admission(options, waiting, rate, time);
        metrics = new QueueMetrics(backend.Name, GetStatus);
    }

    // Whether a free worker is to take something now.
    private bool HasWork => waiting.Count > 0 && !IsHeldBack;

    // While a short batch has all cores, and little waits, that gets its answer sooner after it than beside it.
    private bool IsHeldBack => IsQuiet
        && running is [{ Cores: CoreUse.All, TokenCount: <= MostHeldTokens }]
        && waiting.TokenCount <= MostHeldTokens;

    private bool IsQuiet => quietPart >= LeastQuietPart;

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

            bool isFirst = waiting.Count == 0 && running.Count == 0;
            (int rows, int tokens) = Share(request.Rows);
            refusal = isStopping
                ? new QueueStoppedException("The queue was told to stop and takes no more requests.")
                : admission.Refusal(request, tokens, time.GetTimestamp());
            if (refusal is null)
            {
                Enqueue(request);
                shared = request.Rows.Length - rows;
                quietPart += ((isFirst ? 1 : 0) - quietPart) * RequestWeight;
                toWake = TakeIdleWorkers();
            }
            else
            {
                request.IsOver = true;
                Unshare(request.Rows);
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
        Wake(toWake);
    }

    /// <summary>Ends a request without an answer, unless it has one; what nobody else waits for is not run.</summary>
    /// <param name="request">The request.</param>
    /// <param name="outcome">What measurements call it.</param>
    /// <param name="exception">What its caller gets.</param>
    public void End(QueuedRequest request, string outcome, Exception exception)
    {
        List<RunningBatch>? stopped = null;
        lock (gate)
        {
            if (request.IsOver)
            {
                return;
            }

            Leave(request, ref stopped);
            CheckDrained();
        }

        metrics.Ended(outcome);
        request.Fail(exception);
        Stop(stopped);
    }

    /// <summary>Ends all requests without an answer.</summary>
    public void EndAll(string outcome, Func<Exception> exception)
    {
        List<QueuedRequest> requests = [];
        List<RunningBatch>? stopped = null;
        lock (gate)
        {
            foreach (QueuedRow row in waiting.All().Cast<QueuedRow>().Concat(running.SelectMany(static batch => batch.Rows)))
            {
                for (int i = 0; i < row.WaiterCount; i++)
                {
                    requests.Add(row.WaiterAt(i).Request);
                }
            }

            // One that waits for several rows is listed as often.
            requests.RemoveAll(static request => request.IsOver);
            foreach (QueuedRequest request in requests)
            {
                if (!request.IsOver)
                {
                    Leave(request, ref stopped);
                }
            }

            CheckDrained();
        }

        foreach (QueuedRequest request in requests.Distinct())
        {
            metrics.Ended(outcome);
            request.Fail(exception());
        }

        Stop(stopped);
    }

    /// <summary>Takes no more requests.</summary>
    /// <returns>Ends when all that were taken have ended, and no batch runs.</returns>
    public Task StopTaking()
    {
        int toWake;
        lock (gate)
        {
            isStopping = true;
            toWake = idleWorkers;
            idleWorkers = 0;
            CheckDrained();
        }

        Wake(toWake);
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

            idleWorkers++;
        }

        work.Wait();
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
                Run(batch, batch.Rows);
            }
            catch (Exception exception)
            {
                // Nothing is known to throw here; if something does, nobody is to wait for ever.
                Fail(batch, batch.Rows, exception);
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
                RowsWaiting = waiting.Count,
                TokensWaiting = waiting.TokenCount,
                BulkTokensWaiting = waiting.BulkTokenCount,
                MaxTokensWaiting = options.MaxTokensWaiting,
                ClientsWaiting = waiting.ClientCount,
                OldestWait = waiting.OldestArrival is { } arrival ? time.GetElapsedTime(arrival) : TimeSpan.Zero,
                BatchesRunning = running.Count,
                RowsRunning = running.Sum(static batch => batch.Rows.Length),
                TokensRunning = running.Sum(static batch => batch.TokenCount),
                Workers = workers,
                TokensPerSecond = rate.PerSecond,
            };
        }
    }

    public void Dispose()
    {
        metrics.Dispose();
        work.Dispose();
    }

    // Takes as many idle workers as have something to do, which are to be woken once the lock is free.
    private int TakeIdleWorkers()
    {
        int count = HasWork ? Math.Min(idleWorkers, waiting.Count) : 0;
        idleWorkers -= count;
        return count;
    }

    // Rows of which the same already waits or runs are replaced by that; of the others it counts rows and tokens.
    private (int Rows, int Tokens) Share(QueuedRow?[] rows)
    {
        bool shares = backend.SharesRepeatedRows;
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

    private void Unshare(QueuedRow?[] rows)
    {
        foreach (QueuedRow? row in rows)
        {
            if (row is { State: RowState.New, IsShareable: true })
            {
                shareable.Remove(row);
            }
        }
    }

    private void Enqueue(QueuedRequest request)
    {
        long now = time.GetTimestamp();
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
                    waiting.Add(row, request.Options.Priority, request.ClientKey);
                    break;
                case RowState.Waiting when request.Options.Priority == RequestPriority.Interactive:
                    waiting.Promote(row, request.ClientKey);
                    break;
                case RowState.Running:
                    request.StartedAt ??= now;
                    row.Batch!.WantedRows += row.WantedBy == 1 ? 1 : 0;
                    break;
            }
        }
    }

    // The request waits no more. Rows that nobody waits for leave with it, and batches of such rows are to be stopped.
    private void Leave(QueuedRequest request, ref List<RunningBatch>? stopped)
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
                waiting.Remove(row);
                Drop(row);
            }
            else if (--row.Batch!.WantedRows == 0)
            {
                row.Batch.IsStopped = true;
                foreach (QueuedRow unwanted in row.Batch.Rows)
                {
                    Drop(unwanted);
                }

                (stopped ??= []).Add(row.Batch);
            }
        }
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

    private RunningBatch? Take()
    {
        RunningBatch? batch = null;
        List<QueuedRequest>? expired = null;
        int toWake;
        lock (gate)
        {
            while (batch is null && HasWork)
            {
                batch = TakeBatch(ref expired);
            }

            toWake = TakeIdleWorkers();
            CheckDrained();
        }

        Wake(toWake);

        foreach (QueuedRequest request in expired ?? [])
        {
            metrics.Ended("expired");
            request.Fail(Admission.Expired());
        }

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
    private RunningBatch? TakeBatch(ref List<QueuedRequest>? expired)
    {
        CoreUse cores = IsQuiet && running.Count == 0 && (waiting.TokenCount <= MostHeldTokens || waiting.Count == 1)
            ? backend.CoresFor(waiting.TokenCount)
            : CoreUse.Shared;
        RequestPriority priority = waiting.Take(backend.Planner, cores == CoreUse.All ? 1 : Math.Max(1, workers - running.Count), taken);
        var batch = new RunningBatch(++batchCount, priority, time.GetTimestamp())
        {
            Spans = options.BatchCompleted is null ? null : [],
            Rows = [.. taken.Cast<QueuedRow>()],
            WantedRows = taken.Count,
        };
        running.Add(batch);
        foreach (QueuedRow row in batch.Rows)
        {
            row.State = RowState.Running;
            row.Batch = batch;
        }

        List<RunningBatch>? stopped = null;
        foreach (QueuedRow row in batch.Rows)
        {
            for (int i = 0; i < row.WaiterCount; i++)
            {
                QueuedRequest request = row.WaiterAt(i).Request;
                if (!request.IsOver && request.DeadlineAt <= batch.StartedAt)
                {
                    Leave(request, ref stopped);
                    (expired ??= []).Add(request);
                }

                request.StartedAt ??= batch.StartedAt;
            }
        }

        if (batch.IsStopped)
        {
            running.Remove(batch);
            batch.Dispose();
            return null;
        }

        batch.Rows = StillWanted(batch.Rows);
        batch.TokenCount = batch.Rows.Sum(static row => row.Length);
        batch.Cores = cores == CoreUse.AloneOnOne && (batch.Rows.Length > 1 || waiting.Count > 0) ? CoreUse.Shared : cores;
        return batch;
    }

    private QueuedRow[] StillWanted(QueuedRow[] rows)
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

    private void Run(RunningBatch batch, QueuedRow[] rows)
    {
        if (batch.IsStopped || rows.Length == 0)
        {
            return;
        }

        try
        {
            long start = time.GetTimestamp();
            Classification[] results = backend.Run(Array.ConvertAll(rows, static row => row.Encoding), batch.Cores, batch.Stopping);
            Answer(batch, rows, results, time.GetElapsedTime(start));
            return;
        }
        catch (Exception) when (batch.IsStopped)
        {
            return;
        }
        catch (Exception exception) when (rows.Length == 1 || exception is ObjectDisposedException)
        {
            Fail(batch, rows, exception);
            return;
        }
        catch (Exception)
        {
            // One of the rows is to blame, or several: halves tell which, and the others get their answers.
        }

        int half = rows.Length / 2;
        foreach (QueuedRow[] part in new[] { rows[..half], rows[half..] })
        {
            QueuedRow[] wanted;
            lock (gate)
            {
                wanted = StillWanted(part);
            }

            Run(batch, wanted);
        }
    }

    private void Answer(RunningBatch batch, QueuedRow[] rows, Classification[] results, TimeSpan duration)
    {
        List<QueuedRequest> answered = new(rows.Length);
        lock (gate)
        {
            long now = time.GetTimestamp();
            rate.Add(rows.Sum(static row => row.Length), duration, batch.Cores == CoreUse.All ? 1 : workers);
            for (int row = 0; row < rows.Length; row++)
            {
                Drop(rows[row]);
                batch.WantedRows -= rows[row].WantedBy > 0 ? 1 : 0;
                for (int i = 0; i < rows[row].WaiterCount; i++)
                {
                    (QueuedRequest request, int index) = rows[row].WaiterAt(i);
                    if (!request.IsOver)
                    {
                        Report(batch, request);
                        if (request.Answer(index, results[row], now))
                        {
                            answered.Add(request);
                        }
                    }
                }
            }
        }

        foreach (QueuedRequest request in answered)
        {
            metrics.Ended("answered");
            request.Complete();
        }
    }

    private void Fail(RunningBatch batch, QueuedRow[] rows, Exception exception)
    {
        List<(RowWaiter Waiter, Exception Failure)> failed = [];
        List<RunningBatch>? stopped = null;
        lock (gate)
        {
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
                        Report(batch, waiter.Request);
                        Leave(waiter.Request, ref stopped);
                        failed.Add((waiter, FailureOf(waiter, exception)));
                    }
                }
            }
        }

        foreach ((RowWaiter waiter, Exception failure) in failed)
        {
            metrics.Ended("failed");
            waiter.Request.Fail(failure);
        }

        Stop(stopped);
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

    private static void Report(RunningBatch batch, QueuedRequest request)
    {
        if (batch.Spans is not null && request.Span is { } span && request.ReportedBatch != batch.Number)
        {
            request.ReportedBatch = batch.Number;
            batch.Spans.Add(span);
        }
    }

    private void Finish(RunningBatch batch)
    {
        lock (gate)
        {
            foreach (QueuedRow row in batch.Rows)
            {
                Drop(row);
            }

            running.Remove(batch);
            CheckDrained();
        }

        if (options.BatchCompleted is null)
        {
            return;
        }

        TimeSpan duration = time.GetElapsedTime(batch.StartedAt);
        var report = new BatchReport
        {
            Number = batch.Number,
            Priority = batch.Priority,
            Rows = batch.Rows.Length,
            Tokens = batch.TokenCount,
            StartTime = time.GetUtcNow() - duration,
            Duration = duration,
            FailedRows = batch.FailedRows,
            IsStopped = batch.IsStopped,
            Requests = batch.Spans!,
        };
        try
        {
            options.BatchCompleted(report);
        }
        catch (Exception)
        {
            // A listener's own failure is not the queue's.
        }
    }

    private void CheckDrained()
    {
        if (isStopping && waiting.Count == 0 && running.Count == 0)
        {
            drained.TrySetResult();
        }
    }

    private void Wake(int count)
    {
        if (count > 0)
        {
            work.Release(count);
        }
    }

    private static void Stop(List<RunningBatch>? batches)
    {
        foreach (RunningBatch batch in batches ?? [])
        {
            batch.Stop();
        }
    }
}
