namespace Batching.Pipeline;

/// <summary>A batch that waits for a worker.</summary>
internal readonly record struct WindowBatch(TextWindow Window, int Batch);
