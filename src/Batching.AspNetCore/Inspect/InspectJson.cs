using System.Text.Json.Serialization;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Inspect;

/// <summary>The messages of the page as JSON, by generated code.</summary>
[JsonSerializable(typeof(InspectRequest))]
[JsonSerializable(typeof(InspectedBatch))]
internal sealed partial class InspectJson : JsonSerializerContext
{
    public static InspectJson Readable { get; } = new(ContractJson.Options());
}
