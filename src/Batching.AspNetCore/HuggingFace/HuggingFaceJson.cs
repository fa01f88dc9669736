using System.Text.Json.Serialization;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.HuggingFace;

/// <summary>The messages of Hugging Face's inference API as JSON, by generated code.</summary>
[JsonSerializable(typeof(InferenceRequest))]
internal sealed partial class HuggingFaceJson : JsonSerializerContext
{
    public static HuggingFaceJson Readable { get; } = new(ContractJson.Options());
}
