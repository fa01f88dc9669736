namespace Batching.Hosting.Tests;

/// <summary>Holds a queue's only worker up after a batch, so that what comes next waits for as long as a test wants.</summary>
internal sealed class HeldWorker
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private Hold? next;
    private int rows;

    /// <summary>How many rows have run.</summary>
    public int Rows => Volatile.Read(ref rows);

    public void Configure(SequenceClassifierHostingOptions options)
    {
        Func<ClassificationQueueOptions, ClassificationQueueOptions>? before = options.ConfigureQueue;
        options.Parallelism = 1;
        options.ConfigureQueue = queue =>
        {
            ClassificationQueueOptions changed = before?.Invoke(queue) ?? queue;
            return changed with { BatchCompleted = changed.BatchCompleted + Completed };
        };
    }

    /// <summary>Has a text run, after which the worker is held until the result is disposed of.</summary>
    public async Task<Hold> HoldAsync(HostedClassifier classifier)
    {
        var hold = new Hold();
        next = hold;
        await classifier.ClassifyAsync("held", new RequestOptions { Priority = RequestPriority.Bulk });
        await hold.Began.WaitAsync(Patience);
        return hold;
    }

    // Bulk tells its batch from an earlier one, of which the queue may tell only now.
    private void Completed(BatchReport batch)
    {
        Interlocked.Add(ref rows, batch.Rows);
        if (batch.Priority == RequestPriority.Bulk)
        {
            Interlocked.Exchange(ref next, null)?.Wait();
        }
    }

    /// <summary>Ends when it is disposed of.</summary>
    internal sealed class Hold : IDisposable
    {
        private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim isOver = new();

        public Task Began => began.Task;

        public void Wait()
        {
            began.SetResult();
            isOver.Wait();
        }

        public void Dispose() => isOver.Set();
    }
}
