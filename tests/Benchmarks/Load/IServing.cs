namespace Batching.Benchmarks.Load;

/// <summary>A way of serving many callers with one model. Thread-safe.</summary>
internal interface IServing
{
    string Name { get; }

    /// <returns>The logits of the text.</returns>
    /// <exception cref="QueueFullException">Too much waits.</exception>
    Task<ReadOnlyMemory<float>> ClassifyAsync(string text);
}
