namespace Batching;

/// <summary>What became of a model that <see cref="Quantizer"/> was given.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record QuantizationResult
{
    /// <summary>The multiplications that are computed with integers now.</summary>
    public required int Layers { get; init; }

    /// <summary>The multiplications that stay as they are, because they would lose too much.</summary>
    public required int LayersLeft { get; init; }

    /// <summary>The tables of embeddings that are stored as integers now.</summary>
    public required int Embeddings { get; init; }

    /// <summary>The size of the fp32 model's .onnx file in bytes, with its weights beside it.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>The size of the int8 model's .onnx file in bytes, with its weights beside it.</summary>
    public required long BytesAfter { get; init; }

    /// <summary>How far the two models agree on the texts.</summary>
    public required LogitAgreement Agreement { get; init; }

    /// <summary>Whether the fp32 model's logits are the same in every batch, as <see cref="InvarianceProbe.Measure"/> found.</summary>
    public required Invariance InvarianceBefore { get; init; }

    /// <summary>Whether the int8 model's logits are the same in every batch, as <see cref="InvarianceProbe.Measure"/> found.</summary>
    public required Invariance InvarianceAfter { get; init; }
}
