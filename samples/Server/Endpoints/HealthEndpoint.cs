using Batching;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>GET /health</c>: whether to send texts here.</summary>
internal sealed class HealthEndpoint(HealthCheckService checks, HostedClassifier classifier)
{
    public async Task RunAsync(HttpContext context)
    {
        HealthReport report = await checks.CheckHealthAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (report.Status != HealthStatus.Unhealthy)
        {
            await context.Response.WriteAsJsonAsync(
                new HealthBody(report.Status.ToString(), classifier.State.ToString()), ContractJson.Readable.HealthBody);
            return;
        }

        string reasons = string.Join(' ', report.Entries.Values.Where(entry => entry.Status == HealthStatus.Unhealthy).Select(entry => entry.Description).Distinct());
        await Failures.WriteAsync(context, RequestException.Unhealthy(reasons));
    }
}
