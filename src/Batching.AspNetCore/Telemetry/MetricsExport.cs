using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Batching.AspNetCore.Telemetry;

/// <summary>Collects the metrics for <c>GET /metrics</c>, apart from those that the application itself exports.</summary>
internal sealed class MetricsExport : IDisposable
{
    /// <summary>What collects them.</summary>
    public MeterProvider Provider { get; } = Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(static resource => resource.AddService("batching-server"))
        .AddMeter("Batching", ServerMetrics.MeterName)
        .AddPrometheusExporter(static exporter =>
        {
            exporter.DisableTotalNameSuffixForCounters = true;
            exporter.ScrapeResponseCacheDurationMilliseconds = 0;
        })
        .Build();

    public void Dispose() => Provider.Dispose();
}
