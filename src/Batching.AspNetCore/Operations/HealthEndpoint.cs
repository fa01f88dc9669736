using Batching.AspNetCore.Endpoints;

namespace Batching.AspNetCore.Operations;

/// <summary><c>GET /health</c>: whether to send texts here.</summary>
internal sealed class HealthEndpoint(HealthAnswer health) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/health",
        Summary = "Whether to send texts here.",
        Answer = OperationsJson.Readable.HealthBody,
        Errors = [StatusCodes.Status503ServiceUnavailable],
        Access = static _ => EndpointAccess.Probe,
    };

    public Task RunAsync(HttpContext context) => health.WriteAsync(context, tag: null);
}
