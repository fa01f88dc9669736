using Batching.Benchmarks.Contenders;

namespace Batching.Benchmarks.Load;

/// <summary>One run of a bare session for each request, in the order of arrival, as many side by side as there are workers.</summary>
internal sealed class RunPerRequest(BareSession session, int workers, SequenceTokenizer tokenizer, WaitingTokens waiting) : IServing, IDisposable
{
    private readonly SemaphoreSlim slots = new(workers);

    public string Name => $"a run each, {workers} x {session.Threads} threads";

    public async Task<ReadOnlyMemory<float>> ClassifyAsync(string text)
    {
        long[] ids = [.. tokenizer.Encode(text).InputIds];
        waiting.Enter(ids.Length);
        await slots.WaitAsync().ConfigureAwait(false);
        waiting.Leave(ids.Length);
        try
        {
            var mask = new long[ids.Length];
            Array.Fill(mask, 1);
            return session.Run(ids, mask, rows: 1);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();
}
