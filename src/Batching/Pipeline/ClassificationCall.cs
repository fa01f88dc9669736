using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Batching.Inference;

namespace Batching.Pipeline;

/// <summary>The work of one call: windows whose batches wait for workers, and the workers that run them.</summary>
/// <remarks>
/// Windows are published in order and by one thread at a time; workers take batches from whichever window has one, so that
/// no core waits where one window ends and the next begins. The first failure stops everything.
/// </remarks>
internal sealed class ClassificationCall : IDisposable
{
    private readonly RowRunner runner;
    private readonly int workers;
    private readonly CancellationToken cancellationToken;
    private readonly CancellationTokenSource stop;
    private readonly Channel<WindowBatch> batches = Channel.CreateUnbounded<WindowBatch>();
    private readonly List<Task> running = [];
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly HashSet<TextWindow> windows = [];
    private TaskCompletionSource? idle;
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

    /// <summary>Lets the workers have the window's batches, and starts workers for them.</summary>
    /// <param name="window">A window that was planned.</param>
    /// <param name="helpers">How many of the workers are the caller itself.</param>
    public void Publish(TextWindow window, int helpers)
    {
        lock (gate)
        {
            unfinished += window.BatchCount;
        }

        for (int batch = 0; batch < window.BatchCount; batch++)
        {
            batches.Writer.TryWrite(new WindowBatch(window, batch));
        }

        int wanted = Math.Min(workers, window.BatchCount) - helpers;
        while (running.Count < wanted)
        {
            running.Add(Task.Run(WorkAsync, CancellationToken.None));
        }
    }

    /// <summary>Runs batches on the caller's thread until the window has none left, and throws what went wrong.</summary>
    public void Help(TextWindow window, ModelRun run)
    {
        while (!window.Completion.IsCompleted && !failed.Task.IsCompleted)
        {
            if (batches.Reader.TryRead(out WindowBatch batch))
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
        batches.Writer.TryComplete();
        Task.WaitAll([.. running], CancellationToken.None);
    }

    /// <summary>Stops the reader and the workers, and waits until both have ended.</summary>
    /// <param name="reading">The reader, which may be publishing a window.</param>
    public async Task StopAsync(Task reading)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        batches.Writer.TryComplete();
        await Task.WhenAll(running).ConfigureAwait(false);
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

    private async Task WorkAsync()
    {
        using var run = new ModelRun(stop.Token);
        while (!stop.IsCancellationRequested && await batches.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (!stop.IsCancellationRequested && batches.Reader.TryRead(out WindowBatch batch))
            {
                Run(batch, run);
            }
        }
    }

    private void Run(WindowBatch batch, ModelRun run)
    {
        try
        {
            batch.Window.Run(batch.Batch, runner, run);
        }
        catch (Exception exception)
        {
            // The first failure is the call's; those that follow are its consequences.
            failed.TrySetException(exception);
            stop.Cancel();
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
}
