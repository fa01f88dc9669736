namespace Batching.Queue;

/// <summary>Workers that sleep until there may be work. The scheduler's lock guards the count; they sleep and are woken outside it.</summary>
internal sealed class IdleWorkers : IDisposable
{
    // One permit wakes one of them.
    private readonly SemaphoreSlim work = new(0);
    private int count;

    /// <summary>Counts a worker that is about to sleep. With the lock held.</summary>
    public void Add() => count++;

    /// <summary>Takes up to so many of them, which are to be woken once the lock is free. With the lock held.</summary>
    /// <returns>How many there were.</returns>
    public int Take(int most)
    {
        int taken = Math.Min(count, most);
        count -= taken;
        return taken;
    }

    /// <summary>Takes all of them, which are to be woken once the lock is free. With the lock held.</summary>
    public int TakeAll() => Take(count);

    /// <summary>Wakes workers that were taken. Not with the lock held.</summary>
    public void Wake(int workers)
    {
        if (workers > 0)
        {
            work.Release(workers);
        }
    }

    /// <summary>Sleeps until it is woken. Not with the lock held, and after <see cref="Add"/>.</summary>
    public void Sleep() => work.Wait();

    public void Dispose() => work.Dispose();
}
