using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Batching.Hosting;

/// <summary>Whether to send texts here: loaded, warm and not stopping; degraded while the queue has no room.</summary>
internal sealed class ReadyHealthCheck(HostedClassifier classifier) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        HostedClassifierState state = classifier.State;
        IReadOnlyDictionary<string, object> data = HealthData.Of(classifier);
        if (state != HostedClassifierState.Ready)
        {
            return Task.FromResult(new HealthCheckResult(
                context.Registration.FailureStatus, $"The classifier is not ready; its state is {state}.", data: data));
        }

        return Task.FromResult(classifier.IsRefusing
            ? HealthCheckResult.Degraded("The queue is full and refuses texts.", data: data)
            : HealthCheckResult.Healthy("Texts are classified.", data));
    }
}
