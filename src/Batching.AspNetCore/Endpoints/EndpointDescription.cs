using System.Text.Json.Serialization.Metadata;

namespace Batching.AspNetCore.Endpoints;

/// <summary>What an endpoint is to clients.</summary>
internal sealed record EndpointDescription
{
    /// <summary>Its address, below that which the endpoints are mapped at.</summary>
    public required string Path { get; init; }

    /// <summary>What it does, in a sentence; null for one that is no part of the contracts, such as a page.</summary>
    public string? Summary { get; init; }

    /// <summary>The body that it takes by <c>POST</c>; null for <c>GET</c> and <c>HEAD</c>.</summary>
    public RequestDescription? Request { get; init; }

    /// <summary>What it answers; null for what is not JSON.</summary>
    public JsonTypeInfo? Answer { get; init; }

    /// <summary>Whether what was no batch is answered by one entry of <see cref="Answer"/>.</summary>
    public bool AnswersOneOrMany { get; init; }

    /// <summary>The statuses of its errors.</summary>
    public IReadOnlyList<int> Errors { get; init; } = [];

    /// <summary>Who is let in.</summary>
    public Func<HttpRequest, EndpointAccess> Access { get; init; } = static _ => EndpointAccess.Key;
}
