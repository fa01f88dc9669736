using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Batching.Hosting;

/// <summary>Whether the workers get on: unhealthy where there is work and no batch has come to its end for too long.</summary>
/// <remarks>What a restart would cure, and nothing else: neither a full queue nor a model that is still being loaded.</remarks>
internal sealed class LiveHealthCheck(HostedClassifier classifier) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        TimeSpan time = classifier.TimeWithoutProgress;
        return Task.FromResult(time <= classifier.StallTimeout
            ? HealthCheckResult.Healthy("The workers get on.", HealthData.Of(classifier))
            : new HealthCheckResult(
                context.Registration.FailureStatus,
                $"No batch has come to its end for {time.TotalSeconds:0} s, and texts wait; {nameof(SequenceClassifierHostingOptions.StallTimeout)} allows {classifier.StallTimeout.TotalSeconds:0} s. Restart the process.",
                data: HealthData.Of(classifier)));
    }
}
