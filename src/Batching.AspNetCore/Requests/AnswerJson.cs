using System.Text.Json.Serialization;

namespace Batching.AspNetCore.Requests;

/// <summary>What several contracts answer, as JSON, by generated code.</summary>
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(Prediction[]))]
[JsonSerializable(typeof(Prediction[][]))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    public static AnswerJson Readable { get; } = new(ContractJson.Options());
}
