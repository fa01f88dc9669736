using Batching.AspNetCore.Endpoints;

namespace Batching.AspNetCore.Operations;

/// <summary><c>GET /health/live</c>: whether to let the process be.</summary>
internal sealed class LiveEndpoint(HealthAnswer health) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/health/live",
        Summary = "Whether the process gets on; if not, it has to be restarted.",
        Answer = OperationsJson.Readable.HealthBody,
        Errors = [StatusCodes.Status503ServiceUnavailable],
        Access = static _ => EndpointAccess.Probe,
    };

    public Task RunAsync(HttpContext context) => health.WriteAsync(context, tag: "live");
}
