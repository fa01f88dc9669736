namespace Batching.AspNetCore.Endpoints;

/// <summary>What is asked at one address: it says where that is, what it takes and what it answers, and answers.</summary>
internal interface IEndpoint
{
    /// <summary>What it is to clients.</summary>
    static abstract EndpointDescription Description { get; }

    /// <summary>Answers a request that was let in.</summary>
    /// <exception cref="Requests.RequestException">It is answered with an error.</exception>
    Task RunAsync(HttpContext context);
}
