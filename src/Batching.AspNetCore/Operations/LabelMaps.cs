using System.Text.Json.Serialization;

namespace Batching.AspNetCore.Operations;

/// <summary>The labels of a model, both ways, as in its <c>config.json</c>.</summary>
internal sealed record LabelMaps(
    [property: JsonPropertyName("id2label")] Dictionary<string, string> IdToLabel,
    [property: JsonPropertyName("label2id")] Dictionary<string, int> LabelToId);
