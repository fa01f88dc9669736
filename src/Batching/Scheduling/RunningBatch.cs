using System.Diagnostics;
using Batching.Inference;

namespace Batching.Scheduling;

/// <summary>Rows that run together. The scheduler's lock guards it, but for what stops it.</summary>
internal sealed class RunningBatch : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Lock stopGate = new();
    private bool isDisposed;

    public RunningBatch(long number, RequestPriority priority, long startedAt)
    {
        Number = number;
        Priority = priority;
        StartedAt = startedAt;
        Stopping = stop.Token;
    }

    public long Number { get; }

    public RequestPriority Priority { get; }

    public long StartedAt { get; }

    public QueuedRow[] Rows { get; set; } = [];

    public int TokenCount { get; set; }

    /// <summary>How many of its rows somebody still waits for.</summary>
    public int WantedRows { get; set; }

    /// <summary>Which cores it has.</summary>
    public CoreUse Cores { get; set; }

    public int FailedRows { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsStopped { get; set; }

    /// <summary>The spans of its requests; null where nobody asks for them.</summary>
    public List<ActivityContext>? Spans { get; init; }

    public CancellationToken Stopping { get; }

    /// <summary>Stops the run in flight, if there is one. Not to be called with the scheduler's lock held: it calls what listens.</summary>
    public void Stop()
    {
        lock (stopGate)
        {
            if (!isDisposed)
            {
                stop.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (stopGate)
        {
            isDisposed = true;
        }

        stop.Dispose();
    }
}
