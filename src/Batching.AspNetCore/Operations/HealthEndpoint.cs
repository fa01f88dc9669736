using Batching;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>GET /health</c>: whether to send texts here; <c>GET /health/live</c>: whether to let the process be.</summary>
internal sealed class HealthEndpoint(HealthCheckService checks, HostedClassifier classifier)
{
    public async Task RunAsync(HttpContext context) =>
        await AnswerAsync(context, await checks.CheckHealthAsync(context.RequestAborted));

    public async Task RunLiveAsync(HttpContext context) =>
        await AnswerAsync(context, await checks.CheckHealthAsync(static check => check.Tags.Contains("live"), context.RequestAborted));

    private async Task AnswerAsync(HttpContext context, HealthReport report)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (report.Status != HealthStatus.Unhealthy)
        {
            await context.Response.WriteAsJsonAsync(
                new HealthBody(report.Status.ToString(), classifier.State.ToString()), ContractJson.Readable.HealthBody);
            return;
        }

        if (classifier.State == HostedClassifierState.Loading)
        {
            await Failures.WriteAsync(context, RequestException.Loading());
            return;
        }

        string reasons = string.Join(' ', report.Entries.Values.Where(entry => entry.Status == HealthStatus.Unhealthy).Select(entry => entry.Description).Distinct());
        await Failures.WriteAsync(context, RequestException.Unhealthy(reasons));
    }
}
