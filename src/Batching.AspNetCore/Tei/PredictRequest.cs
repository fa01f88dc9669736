using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Tei;

/// <summary>What <c>POST /predict</c> takes.</summary>
internal sealed record PredictRequest : ModelRequest
{
    /// <summary>A text; a list of one text or of the two of a pair; or a list of such lists.</summary>
    public JsonElement Inputs { get; init; }

    /// <summary>Whether texts that are too long are cut; null for the server's setting.</summary>
    public bool? Truncate { get; init; }

    /// <summary>The end that is cut, <c>Left</c> or <c>Right</c>; null for <c>Right</c>.</summary>
    public string? TruncationDirection { get; init; }

    /// <summary>Whether logits are wanted in place of scores.</summary>
    public bool? RawScores { get; init; }
}
