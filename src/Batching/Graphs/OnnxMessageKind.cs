namespace Batching.Graphs;

/// <summary>The messages of the ONNX format that lead to nodes and tensors.</summary>
internal enum OnnxMessageKind
{
    Model,
    Training,
    Graph,
    Function,
    Node,
    Attribute,
    SparseTensor,
    Tensor,

    /// <summary>An input, an output, or what is known of a tensor between.</summary>
    Value,
}
