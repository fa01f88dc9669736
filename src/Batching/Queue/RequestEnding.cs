namespace Batching.Queue;

/// <summary>What ends a request before its answer: its caller's token, and its time. Let go of when the request is over.</summary>
/// <remarks>Thread-safe: it may end the request, and so be let go of, while it begins to listen.</remarks>
internal sealed class RequestEnding(BatchScheduler scheduler, QueuedRequest request)
{
    private readonly Lock gate = new();
    private ITimer? timer;
    private CancellationTokenRegistration cancellation;
    private bool isOver;

    /// <param name="time">The clock of the request's deadline.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public void Listen(TimeProvider time, CancellationToken cancellationToken)
    {
        ITimer? newTimer = null;
        if (request.DeadlineAt != QueuedRequest.NoDeadline)
        {
            TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), request.DeadlineAt);
            newTimer = time.CreateTimer(Expire, this, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        CancellationTokenRegistration newCancellation = cancellationToken.UnsafeRegister(Cancel, this);
        lock (gate)
        {
            if (!isOver)
            {
                timer = newTimer;
                cancellation = newCancellation;
                return;
            }
        }

        Free(newTimer, newCancellation);
    }

    /// <summary>Listens no more.</summary>
    public void LetGo()
    {
        lock (gate)
        {
            isOver = true;
        }

        Free(timer, cancellation);
    }

    // Waits for nobody: a callback under way finds the request over.
    private static void Free(ITimer? timer, CancellationTokenRegistration cancellation)
    {
        timer?.Dispose();
        cancellation.Unregister();
    }

    private static void Expire(object? state)
    {
        var ending = (RequestEnding)state!;
        ending.End("expired", Admission.Expired());
    }

    private static void Cancel(object? state, CancellationToken token)
    {
        var ending = (RequestEnding)state!;
        ending.End("cancelled", new OperationCanceledException("The request was cancelled.", token));
    }

    private void End(string outcome, Exception exception) => scheduler.End(request, outcome, exception);
}
