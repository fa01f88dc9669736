using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>transformers.js, given the texts in the order of their arrival, so many a call.</summary>
internal sealed class TransformersJs(string name, NodePipeline pipeline, string[] texts, int rowsPerBatch) : IContender
{
    public string Name => name;

    public Pass Run() => pipeline.Classify(texts, rowsPerBatch);
}
