namespace Batching.Hub;

/// <summary>Cancels what waits for a server that has gone silent.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan timeout;
    private readonly CancellationTokenSource silence;
    private readonly CancellationTokenSource either;

    public StallGuard(TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        this.timeout = timeout;
        silence = new CancellationTokenSource(timeout, clock);
        either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
    }

    /// <summary>Cancelled by silence, or by who waits.</summary>
    public CancellationToken Token => either.Token;

    /// <summary>Begins to count the time anew.</summary>
    public void Start() => silence.CancelAfter(timeout);

    /// <summary>Stops counting while it is not the server that is waited for.</summary>
    public void Stop() => silence.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        either.Dispose();
        silence.Dispose();
    }
}
