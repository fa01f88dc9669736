namespace Batching.Inference;

/// <summary>One of a graph's inputs.</summary>
/// <param name="Name">Its name, which says what it takes.</param>
/// <param name="IsInt32">Whether it takes int32 instead of int64.</param>
internal readonly record struct GraphInput(string Name, bool IsInt32);
