using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Tei;

/// <summary>What <c>POST /tokenize</c> takes.</summary>
internal sealed record TokenizeRequest : ModelRequest
{
    /// <summary>A text, or a list of texts.</summary>
    public JsonElement Inputs { get; init; }

    /// <summary>Whether tokens such as <c>[CLS]</c> are put around each; null for yes.</summary>
    public bool? AddSpecialTokens { get; init; }

    /// <summary>Null: a classifier has no prompts.</summary>
    public string? PromptName { get; init; }
}
