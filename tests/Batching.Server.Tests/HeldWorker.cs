namespace Batching.Server.Tests;

/// <summary>Holds a queue's only worker up after a batch, so that what comes next waits for as long as a test wants.</summary>
internal sealed class HeldWorker
{
    private Hold? next;
    private int rows;

    /// <summary>How many rows have run.</summary>
    public int Rows => Volatile.Read(ref rows);

    public void Configure(SequenceClassifierHostingOptions options)
    {
        Func<ClassificationQueueOptions, ClassificationQueueOptions> before = options.ConfigureQueue!;
        options.Parallelism = 1;
        options.ConfigureQueue = queue =>
        {
            ClassificationQueueOptions changed = before(queue);
            return changed with
            {
                BatchCompleted = batch =>
                {
                    changed.BatchCompleted?.Invoke(batch);
                    Interlocked.Add(ref rows, batch.Rows);
                    Interlocked.Exchange(ref next, null)?.Wait();
                },
            };
        };
    }

    /// <summary>Has a text run, after which the worker is held until the result is disposed of.</summary>
    public async Task<Hold> HoldAsync(HostedClassifier classifier)
    {
        var hold = new Hold();
        next = hold;
        await classifier.ClassifyAsync("held");
        await hold.Began.WaitAsync(RunningServer.Patience);
        return hold;
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
