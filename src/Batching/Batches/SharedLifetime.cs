namespace Batching.Batches;

/// <summary>Keeps a resource until it was disposed of and the last user has left, whichever comes last.</summary>
internal sealed class SharedLifetime(Type owner, Action release) : IDisposable
{
    private readonly Lock gate = new();
    private int users;
    private bool isDisposed;

    /// <summary>Becomes a user of the resource until the lease is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The resource was disposed.</exception>
    public Lease Enter()
    {
        lock (gate)
        {
            ThrowIfDisposed();
            users++;
        }

        return new Lease(this);
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(isDisposed, owner);

    public void Dispose()
    {
        bool isLast;
        lock (gate)
        {
            isLast = !isDisposed && users == 0;
            isDisposed = true;
        }

        if (isLast)
        {
            release();
        }
    }

    private void Leave()
    {
        bool isLast;
        lock (gate)
        {
            users--;
            isLast = isDisposed && users == 0;
        }

        if (isLast)
        {
            release();
        }
    }

    /// <summary>One user's hold on the resource. Dispose of it exactly once.</summary>
    internal readonly struct Lease(SharedLifetime lifetime) : IDisposable
    {
        public void Dispose() => lifetime.Leave();
    }
}
