namespace Batching.Benchmarks.Load;

/// <summary>The same bound for the rivals as the queue has: how many tokens may wait.</summary>
internal sealed class WaitingTokens(int most)
{
    private int count;

    /// <exception cref="QueueFullException">There is no room.</exception>
    public void Enter(int tokens)
    {
        if (Interlocked.Add(ref count, tokens) > most)
        {
            Leave(tokens);
            throw new QueueFullException($"With {tokens} tokens more than {most} would wait.");
        }
    }

    public void Leave(int tokens) => Interlocked.Add(ref count, -tokens);
}
