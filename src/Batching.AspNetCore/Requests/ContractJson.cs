using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Server.Contract;

/// <summary>The messages as JSON, by generated code.</summary>
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(InferenceRequest))]
[JsonSerializable(typeof(InspectRequest))]
[JsonSerializable(typeof(InspectedBatch))]
[JsonSerializable(typeof(PredictRequest))]
[JsonSerializable(typeof(Prediction[]))]
[JsonSerializable(typeof(Prediction[][]))]
[JsonSerializable(typeof(RankedText[]))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(TokenInfo[][]))]
[JsonSerializable(typeof(TokenizeRequest))]
internal sealed partial class ContractJson : JsonSerializerContext
{
    /// <summary>Texts in any script stay readable; nothing of an answer ends up inside HTML.</summary>
    public static ContractJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

        // Of two values for one name, either would be ignored.
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    });
}
