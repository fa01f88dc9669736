using System.Text.Json.Serialization.Metadata;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Endpoints;

/// <summary>The body that an endpoint takes.</summary>
/// <param name="Type">What it is read by.</param>
/// <param name="Texts">Describes the members that hold texts, which come in several forms, and are any JSON to the code that reads the rest.</param>
internal sealed record RequestDescription(JsonTypeInfo Type, Action<TextSchemas> Texts)
{
    /// <summary>The statuses of the errors of a request that the model is run for.</summary>
    public static IReadOnlyList<int> Errors { get; } = [503, 400, 404, 408, 413, 415, 422, 424, 429];

    /// <param name="type">What a request is read by.</param>
    /// <param name="texts">Describes its texts.</param>
    public static RequestDescription Of<T>(JsonTypeInfo<T> type, Action<TextSchemas> texts)
        where T : ModelRequest => new(type, texts);
}
