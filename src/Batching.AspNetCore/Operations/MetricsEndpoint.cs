using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Telemetry;

namespace Batching.AspNetCore.Operations;

/// <summary><c>GET /metrics</c>: the metrics of the classifier and of its requests, as Prometheus reads them.</summary>
internal sealed class MetricsEndpoint(MetricsExport export, IServiceProvider services) : IEndpoint
{
    private readonly RequestDelegate scrape = new ApplicationBuilder(services)
        .UseOpenTelemetryPrometheusScrapingEndpoint(export.Provider, static _ => true, path: null, configureBranchedPipeline: null, optionsName: null)
        .Build();

    public static EndpointDescription Description { get; } = new()
    {
        Path = "/metrics",
        Access = static _ => EndpointAccess.Probe,
    };

    public Task RunAsync(HttpContext context) => scrape(context);
}
