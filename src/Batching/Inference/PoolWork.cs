namespace Batching.Inference;

/// <summary>Work offered to the thread pool, and withdrawn in the end: what has begun is waited for, what has not never begins.</summary>
/// <remarks>
/// The pool may have no thread to spare for as long as somebody waits, because those who wait are what fills it. So only what
/// can do without the pool's help is offered to it, and nobody waits for a thread of it. Thread-safe.
/// </remarks>
/// <param name="work">The work; a thread that has begun it needs no other to end it where the end is waited for without awaiting.</param>
internal sealed class PoolWork(Func<Task> work)
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Null once it was withdrawn, so that what the pool has yet to come to keeps nothing alive.
    private Func<Task>? work = work;
    private int running;

    /// <summary>Has a thread of the pool do the work, once for each call, if one comes before it is withdrawn.</summary>
    public void Offer() => _ = Task.Run(BeginAsync, CancellationToken.None);

    /// <summary>Lets nobody begin from now on.</summary>
    /// <returns>Ends when what has begun has ended; needs no thread of the pool for that.</returns>
    public Task Withdraw()
    {
        lock (gate)
        {
            work = null;
            if (running > 0)
            {
                return ended.Task;
            }
        }

        ended.TrySetResult();
        return ended.Task;
    }

    private async Task BeginAsync()
    {
        Func<Task>? begun;
        lock (gate)
        {
            begun = work;
            if (begun is null)
            {
                return;
            }

            running++;
        }

        try
        {
            await begun().ConfigureAwait(false);
        }
        finally
        {
            bool isLast;
            lock (gate)
            {
                isLast = --running == 0 && work is null;
            }

            if (isLast)
            {
                ended.TrySetResult();
            }
        }
    }
}
