using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.HuggingFace;

/// <summary>What <c>POST /</c> takes: Hugging Face's inference API for text classification.</summary>
internal sealed record InferenceRequest : ModelRequest
{
    /// <summary>A text, a pair as <c>{"text", "text_pair"}</c>, or a list of such.</summary>
    public JsonElement Inputs { get; init; }

    /// <summary>What is wanted of the answer.</summary>
    public InferenceParameters? Parameters { get; init; }

    /// <summary>What Hugging Face's own service may be told, which changes nothing here.</summary>
    public InferenceOptions? Options { get; init; }
}
