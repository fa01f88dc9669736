using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.HuggingFace;

/// <summary><c>parameters</c> of Hugging Face's inference API.</summary>
internal sealed record InferenceParameters : RequestObject
{
    /// <summary>How many labels of each text; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary><c>softmax</c>, <c>sigmoid</c> or <c>none</c>; null for what the model says.</summary>
    public string? FunctionToApply { get; init; }

    /// <summary>Whether texts that are too long are cut; null for the server's setting.</summary>
    public bool? Truncation { get; init; }

    /// <summary>Changes nothing: texts are padded as their batches need it.</summary>
    public bool? Padding { get; init; }
}
