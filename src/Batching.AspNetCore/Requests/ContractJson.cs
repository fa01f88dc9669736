using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Batching.AspNetCore.Requests;

/// <summary>How messages are read and written, in every contract.</summary>
internal static class ContractJson
{
    /// <summary>Texts in any script stay readable; nothing of an answer ends up inside HTML.</summary>
    /// <returns>Options of its own, for each contract has its own types.</returns>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

        // Of two values for one name, either would be ignored.
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };
}
