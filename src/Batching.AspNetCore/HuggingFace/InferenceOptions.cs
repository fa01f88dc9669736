using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.HuggingFace;

/// <summary><c>options</c> of Hugging Face's inference API. They change no answer: nothing is cached here, and the one model is loaded or is not.</summary>
internal sealed record InferenceOptions : RequestObject
{
    public bool? UseCache { get; init; }

    public bool? UseGpu { get; init; }

    public bool? WaitForModel { get; init; }
}
