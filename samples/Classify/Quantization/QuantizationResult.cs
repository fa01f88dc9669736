namespace Classify.Quantization;

/// <summary>What became of a model.</summary>
internal sealed record QuantizationResult
{
    /// <summary>The multiplications that are computed with integers now.</summary>
    public int Layers { get; init; }

    /// <summary>The multiplications that stay as they are, because they would lose too much.</summary>
    public int LayersLeft { get; init; }

    /// <summary>The tables of embeddings that are stored as integers now.</summary>
    public int Embeddings { get; init; }

    /// <summary>The bytes of the fp32 model.</summary>
    public long BytesBefore { get; init; }

    /// <summary>The bytes of the int8 model.</summary>
    public long BytesAfter { get; init; }

    public required Speeds Speeds { get; init; }

    public required Agreement Agreement { get; init; }

    /// <summary>Whether the fp32 model's logits are the same in every batch.</summary>
    public required bool IsExactBefore { get; init; }

    /// <summary>Whether the int8 model's logits are the same in every batch.</summary>
    public required bool IsExactAfter { get; init; }
}
