namespace Batching.Benchmarks.Load;

/// <summary>What became of the requests to the server so far. Thread-safe.</summary>
internal sealed class ServerSoakCounts
{
    private long answered;
    private long refused;
    private long hostile;
    private long wrong;
    private string? firstWrong;

    public long AnsweredCount => Interlocked.Read(ref answered);

    public long RefusedCount => Interlocked.Read(ref refused);

    public long HostileCount => Interlocked.Read(ref hostile);

    public long WrongCount => Interlocked.Read(ref wrong);

    public string? FirstWrong => Volatile.Read(ref firstWrong);

    /// <summary>Answered, with the bytes that it has to have.</summary>
    public void Answered() => Interlocked.Increment(ref answered);

    /// <summary>Told to try again.</summary>
    public void Refused() => Interlocked.Increment(ref refused);

    /// <summary>Sent by a hostile client, and over.</summary>
    public void Hostile() => Interlocked.Increment(ref hostile);

    public void Wrong(string what)
    {
        Interlocked.Increment(ref wrong);
        Interlocked.CompareExchange(ref firstWrong, what, null);
    }
}
