using System.Text.Json.Serialization;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Operations;

/// <summary>What those who run the server are told, as JSON, by generated code.</summary>
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(StatusBody))]
internal sealed partial class OperationsJson : JsonSerializerContext
{
    public static OperationsJson Readable { get; } = new(ContractJson.Options());
}
