using System.Runtime.ExceptionServices;
using Batching.Inference;

namespace Batching.Pipeline;

/// <summary>The work of one call: windows whose batches wait for workers, and the workers that run them.</summary>
/// <remarks>
/// Windows are published in order and by one thread at a time; workers take batches from whichever window has one, so that
/// no core waits where one window ends and the next begins. The first failure stops everything. Workers are threads of the
/// pool that come while there is something to do; the call ends without those that never came.
/// </remarks>
internal sealed class ClassificationCall : IDisposable
{
    private readonly RowRunner runner;
    private readonly int workers;
    private readonly CancellationToken cancellationToken;
    private readonly CancellationTokenSource stop;
    private readonly PoolWork poolWork;
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly HashSet<TextWindow> windows = [];
    private readonly Queue<WindowBatch> batches = new();
    private TaskCompletionSource? idle;

    // Workers that were asked for and have not left: they take what is there before they do.
    private int poolWorkers;
    private int unfinished;

    /// <param name="runner">Runs the batches.</param>
    /// <param name="workers">The most batches to run side by side.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public ClassificationCall(RowRunner runner, int workers, CancellationToken cancellationToken)
    {
        this.runner = runner;
        this.workers = workers;
        this.cancellationToken = cancellationToken;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        poolWork = new PoolWork(Work);
        Distinct = new DistinctRows(runner.Model.LabelCount);

        // What nobody waits for any more is not an exception that nobody observed.
        _ = failed.Task.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Cancelled when the call's token is, when a batch failed, and when the call has ended.</summary>
    public CancellationToken Stopping => stop.Token;

    public DistinctRows Distinct { get; }

    /// <summary>A window that belongs to the call until it is finished.</summary>
    public TextWindow NewWindow()
    {
        var window = new TextWindow(runner.Model.LabelCount);
        lock (gate)
        {
            windows.Add(window);
        }

        return window;
    }

    /// <summary>Gives back the memory of a window that is not needed any more.</summary>
    public void Finish(TextWindow window)
    {
        lock (gate)
        {
            windows.Remove(window);
        }

        window.Dispose();
    }

    /// <summary>Lets the workers have the window's batches, and asks for workers.</summary>
    /// <param name="window">A window that was planned.</param>
    /// <param name="helpers">How many of the workers are the caller itself.</param>
    public void Publish(TextWindow window, int helpers)
    {
        int missing;
        lock (gate)
        {
            unfinished += window.BatchCount;
            for (int batch = 0; batch < window.BatchCount; batch++)
            {
                batches.Enqueue(new WindowBatch(window, batch));
            }

            missing = Math.Max(0, Math.Min(workers - poolWorkers, batches.Count) - helpers);
            poolWorkers += missing;
        }

        for (; missing > 0; missing--)
        {
            poolWork.Offer();
        }
    }

    /// <summary>Runs batches on the caller's thread until the window has none left, and throws what went wrong.</summary>
    public void Help(TextWindow window, StoppableRuns run)
    {
        while (!window.Completion.IsCompleted && !failed.Task.IsCompleted)
        {
            if (TryTake(out WindowBatch batch))
            {
                Run(batch, run);
            }
            else
            {
                Task.WaitAny([window.Completion, failed.Task], cancellationToken);
            }
        }

        ThrowIfFailed();
    }

    /// <summary>Waits until the window has no batch left, and throws what went wrong.</summary>
    public async Task WaitAsync(TextWindow window)
    {
        await Task.WhenAny(window.Completion, failed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
    }

    /// <summary>Throws what went wrong in a run, if something did, or that the call was cancelled.</summary>
    public void ThrowIfFailed()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (failed.Task.IsFaulted)
        {
            ExceptionDispatchInfo.Throw(failed.Task.Exception.InnerException!);
        }
    }

    /// <summary>Ends when no batch waits or runs.</summary>
    public Task WhenIdle()
    {
        lock (gate)
        {
            return unfinished == 0
                ? Task.CompletedTask
                : (idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Stops the workers, and waits until the runs in flight have returned.</summary>
    public void Stop()
    {
        stop.Cancel();
        poolWork.Withdraw().GetAwaiter().GetResult();
    }

    /// <summary>Stops the reader and the workers.</summary>
    /// <param name="reading">The reader, which may be publishing a window.</param>
    /// <returns>Ends when both have ended.</returns>
    public Task StopAsync(PoolWork reading)
    {
        // At once, and not by a thread of the pool: the runs in flight may be what it waits for.
        stop.Cancel();
        return EndAsync(reading);
    }

    /// <summary>Gives back what is left, once the call was stopped.</summary>
    public void Dispose()
    {
        foreach (TextWindow window in windows)
        {
            window.Dispose();
        }

        Distinct.Dispose();
        stop.Dispose();
    }

    private async Task EndAsync(PoolWork reading)
    {
        await reading.Withdraw().ConfigureAwait(false);
        await poolWork.Withdraw().ConfigureAwait(false);
    }

    // A worker never waits, for what would wake it is a thread of the pool: where nothing is left it leaves, and is asked for again.
    private Task Work()
    {
        try
        {
            using var run = new StoppableRuns(stop.Token);
            while (TryTakeOrLeave(out WindowBatch batch))
            {
                Run(batch, run);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        return Task.CompletedTask;
    }

    private bool TryTake(out WindowBatch batch)
    {
        lock (gate)
        {
            return batches.TryDequeue(out batch);
        }
    }

    private bool TryTakeOrLeave(out WindowBatch batch)
    {
        lock (gate)
        {
            batch = default;
            bool isTaken = !stop.IsCancellationRequested && batches.TryDequeue(out batch);
            poolWorkers -= isTaken ? 0 : 1;
            return isTaken;
        }
    }

    private void Run(WindowBatch batch, StoppableRuns run)
    {
        try
        {
            batch.Window.Run(batch.Batch, runner, run);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        lock (gate)
        {
            if (--unfinished == 0)
            {
                idle?.TrySetResult();
                idle = null;
            }
        }
    }

    // The first failure is the call's; those that follow are its consequences.
    private void Fail(Exception exception)
    {
        failed.TrySetException(exception);
        stop.Cancel();
    }
}
