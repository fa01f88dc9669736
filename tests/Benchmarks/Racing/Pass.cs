namespace Batching.Benchmarks.Racing;

/// <summary>One way through all sentences: how long it took, and the logits of each, in the order of the sentences.</summary>
internal sealed record Pass(TimeSpan Elapsed, float[] Logits);
