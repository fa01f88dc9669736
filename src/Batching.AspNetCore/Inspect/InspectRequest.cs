using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Inspect;

/// <summary>What <c>POST /inspect</c> takes.</summary>
internal sealed record InspectRequest : ModelRequest
{
    /// <summary>A text, or a list of texts, which are padded to one batch.</summary>
    public JsonElement Inputs { get; init; }
}
