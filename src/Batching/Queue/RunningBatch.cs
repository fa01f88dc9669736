using System.Diagnostics;
using Batching.Inference;

namespace Batching.Queue;

/// <summary>Rows that run together. The scheduler's lock guards it, but for what stops it.</summary>
internal sealed class RunningBatch : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Lock stopGate = new();
    private List<ActivityContext>? spans;
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

    /// <summary>How many tokens its rows have.</summary>
    public int TokenCount => Rows.Sum(static row => row.Length);

    /// <summary>How many of its rows somebody still waits for.</summary>
    public int WantedRows { get; set; }

    /// <summary>Which cores it has.</summary>
    public CoreUse Cores { get; set; }

    public int FailedRows { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsStopped { get; set; }

    public CancellationToken Stopping { get; }

    /// <summary>Takes note of a request that it has a result for, or fails.</summary>
    public void Serve(QueuedRequest request)
    {
        if (request.Span is { } span && request.ReportedBatch != Number)
        {
            request.ReportedBatch = Number;
            (spans ??= []).Add(span);
        }
    }

    /// <summary>What there is to tell of it, once it has finished.</summary>
    public BatchReport Report(TimeProvider time)
    {
        TimeSpan duration = time.GetElapsedTime(StartedAt);
        return new BatchReport
        {
            Number = Number,
            Priority = Priority,
            Rows = Rows.Length,
            Tokens = TokenCount,
            StartTime = time.GetUtcNow() - duration,
            Duration = duration,
            FailedRows = FailedRows,
            IsStopped = IsStopped,
            Requests = spans ?? [],
        };
    }

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
