using Xunit;

namespace Batching.Tests.Pipeline;

/// <summary>A thread pool that cannot grow, and of which all threads but some are held, until this is disposed of. For a process of its own.</summary>
internal sealed class FullPool : IDisposable
{
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(4);

    private readonly ManualResetEventSlim release = new();
    private readonly CountdownEvent held;

    private FullPool(int threads)
    {
        held = new CountdownEvent(Math.Max(1, threads));
        if (threads == 0)
        {
            held.Signal();
        }
    }

    /// <summary>The most threads that the pool has from now on: no pool has fewer than the machine has processors.</summary>
    public static int Threads => Math.Max(4, Environment.ProcessorCount);

    /// <param name="free">How many threads are left.</param>
    public static FullPool With(int free)
    {
        SetThreads(Threads, Threads);

        // The test itself may be one of the pool's threads.
        var pool = new FullPool(Threads - free - (Thread.CurrentThread.IsThreadPoolThread ? 1 : 0));
        for (int i = pool.held.CurrentCount; i > 0; i--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static pool =>
                {
                    pool.held.Signal();
                    pool.release.Wait();
                },
                pool,
                preferLocal: false);
        }

        Assert.True(pool.held.Wait(Guard), "The pool has no thread for those that are to hold it.");
        return pool;
    }

    /// <summary>Sets how many threads the pool has at once, and how far it grows. The latter cannot be less than there are processors.</summary>
    public static void SetThreads(int least, int most)
    {
        // The least can never be more than the most, on the way either.
        Assert.True(ThreadPool.SetMinThreads(1, 1) && ThreadPool.SetMaxThreads(most, most) && ThreadPool.SetMinThreads(least, least));
    }

    /// <summary>Does something on a thread that is not the pool's, and fails where it does not end.</summary>
    public static T Outside<T>(Func<T> work)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Guard), "It waits for a thread of the pool, which has none.");
        return failure is null ? result : throw new AggregateException(failure);
    }

    /// <inheritdoc cref="Outside{T}(Func{T})"/>
    public static void Outside(Action work) => Outside(() =>
    {
        work();
        return true;
    });

    public void Dispose() => release.Set();
}
