using System.Text.Json.Serialization;

namespace Batching.AspNetCore.Tei;

/// <summary>A text and how well it answers the query.</summary>
internal sealed record RankedText(int Index, float Score)
{
    /// <summary>The text, where it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }
}
