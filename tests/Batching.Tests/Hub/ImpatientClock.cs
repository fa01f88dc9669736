using Batching.Hub;

namespace Batching.Tests.Hub;

/// <summary>A clock on which pauses between retries take no time, and a server is silent for too long only when the test says so.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    /// <summary>Told from every pause by its length, which is a whole number of milliseconds because timers are.</summary>
    public static readonly TimeSpan StallTimeout = TimeSpan.FromMilliseconds(10_062);

    private readonly Lock gate = new();
    private readonly List<TimeSpan> pauses = [];
    private readonly List<ClockTimer> waiting = [];
    private bool stalls;

    /// <summary>The pauses that would have been made, in order.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (gate)
            {
                return [.. pauses];
            }
        }
    }

    /// <summary>Lets the time run out for one wait: the one that is on, or the next.</summary>
    public void StallOnce()
    {
        lock (gate)
        {
            if (waiting is [var timer, ..])
            {
                waiting.Remove(timer);
                timer.Fire();
            }
            else
            {
                stalls = true;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // How long another process holds a lock is for that process to say.
        if (dueTime == FileLock.Interval)
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new ClockTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Set(ClockTimer timer, TimeSpan dueTime)
    {
        lock (gate)
        {
            waiting.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            if (dueTime != StallTimeout)
            {
                pauses.Add(dueTime);
                timer.Fire();
            }
            else if (stalls)
            {
                stalls = false;
                timer.Fire();
            }
            else
            {
                waiting.Add(timer);
            }
        }
    }

    private sealed class ClockTimer(ImpatientClock clock, Action callback) : ITimer
    {
        public void Fire() => ThreadPool.QueueUserWorkItem(static action => action(), callback, preferLocal: false);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
