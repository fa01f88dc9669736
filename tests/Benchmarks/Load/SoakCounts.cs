using System.Globalization;

namespace Batching.Benchmarks.Load;

/// <summary>What became of the requests of a soak so far. Thread-safe.</summary>
internal sealed class SoakCounts
{
    private long sent;
    private long answered;
    private long refused;
    private long left;
    private long poisoned;
    private long wrong;
    private long reloads;
    private string? firstWrong;

    /// <summary>How many have neither an answer nor an end.</summary>
    public long Open => Interlocked.Read(ref sent) - Interlocked.Read(ref answered) - Interlocked.Read(ref refused)
        - Interlocked.Read(ref left) - Interlocked.Read(ref poisoned) - Interlocked.Read(ref wrong);

    public void Sent() => Interlocked.Increment(ref sent);

    /// <summary>Answered, with the bits of each text alone.</summary>
    public void Answered() => Interlocked.Increment(ref answered);

    public void Refused() => Interlocked.Increment(ref refused);

    /// <summary>Cancelled by its client.</summary>
    public void Left() => Interlocked.Increment(ref left);

    /// <summary>Failed, as it had to.</summary>
    public void Poisoned() => Interlocked.Increment(ref poisoned);

    public void Reloaded() => Interlocked.Increment(ref reloads);

    public void Wrong(string what)
    {
        Interlocked.Increment(ref wrong);
        Interlocked.CompareExchange(ref firstWrong, what, null);
    }

    /// <exception cref="InvalidOperationException">An answer was wrong.</exception>
    public void DemandNoneWrong()
    {
        if (firstWrong is not null)
        {
            throw new InvalidOperationException($"{wrong} of {sent} requests did not get what they had to. The first: {firstWrong}");
        }
    }

    /// <summary>The counts as a line of JSON.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"bytes\": {Environment.WorkingSet}, \"sent\": {sent}, \"answered\": {answered}, \"refused\": {refused}, \"left\": {left}, \"poisoned\": {poisoned}, \"wrong\": {wrong}, \"open\": {Open}, \"reloads\": {reloads}}}");
}
