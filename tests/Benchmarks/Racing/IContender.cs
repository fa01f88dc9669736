namespace Batching.Benchmarks.Racing;

/// <summary>A way from the sentences to their logits.</summary>
internal interface IContender
{
    string Name { get; }

    /// <summary>Goes through all sentences once.</summary>
    Pass Run();
}
