using System.Text.Json.Serialization;

namespace Server.Contract;

/// <summary>A text and how well it answers the query.</summary>
internal sealed record RankedText(
    int Index,
    float Score,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text);
