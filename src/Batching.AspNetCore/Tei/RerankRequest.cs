using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Tei;

/// <summary>What <c>POST /rerank</c> takes.</summary>
internal sealed record RerankRequest : ModelRequest
{
    /// <summary>The text that the others answer.</summary>
    public JsonElement Query { get; init; }

    /// <summary>The texts to rank.</summary>
    public JsonElement Texts { get; init; }

    /// <summary>Whether texts that are too long are cut; null for the server's setting.</summary>
    public bool? Truncate { get; init; }

    /// <summary>The end that is cut, <c>Left</c> or <c>Right</c>; null for <c>Right</c>.</summary>
    public string? TruncationDirection { get; init; }

    /// <summary>Whether logits are wanted in place of scores.</summary>
    public bool? RawScores { get; init; }

    /// <summary>Whether the texts are given back.</summary>
    public bool? ReturnText { get; init; }
}
