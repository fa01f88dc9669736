namespace Batching.Benchmarks.Load;

/// <summary>This library's queue.</summary>
internal sealed class QueueServing(string name, ClassificationQueue queue) : IServing
{
    public string Name => name;

    public async Task<ReadOnlyMemory<float>> ClassifyAsync(string text)
    {
        Classification result = await queue.ClassifyAsync(text).ConfigureAwait(false);
        return result.Logits;
    }
}
