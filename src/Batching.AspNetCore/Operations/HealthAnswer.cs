using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Batching.AspNetCore.Operations;

/// <summary>Answers probes.</summary>
internal sealed class HealthAnswer(ClassifierHealth health, HostedClassifier classifier)
{
    /// <param name="context">The request.</param>
    /// <param name="tag">Which checks are asked for; null for all.</param>
    /// <exception cref="RequestException">A check says that it is not well.</exception>
    public async Task WriteAsync(HttpContext context, string? tag)
    {
        context.Response.Headers.CacheControl = "no-store";
        (HealthStatus status, string reasons) = await health.CheckAsync(tag, context.RequestAborted);
        if (status == HealthStatus.Unhealthy)
        {
            throw classifier.State == HostedClassifierState.Loading ? RequestException.Loading() : RequestException.Unhealthy(reasons);
        }

        await context.Response.WriteAsJsonAsync(
            new HealthBody(status.ToString(), classifier.State.ToString()), OperationsJson.Readable.HealthBody);
    }
}
