namespace Batching.Graphs.Quantization;

/// <summary>A multiplication with constant weights, and the bias that is added to it.</summary>
/// <param name="Node">The MatMul or Gemm.</param>
/// <param name="BiasNode">The Add that follows a MatMul with its bias; null where there is none.</param>
/// <param name="Bias">The bias, one number a column; null where there is none.</param>
/// <param name="IsTransposed">Whether the weights are <c>[out, in]</c> rather than <c>[in, out]</c>.</param>
internal sealed record LinearLayer(OnnxNode Node, OnnxNode? BiasNode, float[]? Bias, bool IsTransposed)
{
    /// <summary>The activations that go in.</summary>
    public string Input => Node.Inputs[0];

    /// <summary>The name of the weights.</summary>
    public string Weights => Node.Inputs[1];

    /// <summary>What comes out, the bias included.</summary>
    public string Output => (BiasNode ?? Node).Outputs[0];
}
