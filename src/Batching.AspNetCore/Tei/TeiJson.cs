using System.Text.Json.Serialization;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Tei;

/// <summary>The messages of text-embeddings-inference as JSON, by generated code.</summary>
[JsonSerializable(typeof(PredictRequest))]
[JsonSerializable(typeof(RankedText[]))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(TokenInfo[][]))]
[JsonSerializable(typeof(TokenizeRequest))]
internal sealed partial class TeiJson : JsonSerializerContext
{
    public static TeiJson Readable { get; } = new(ContractJson.Options());
}
