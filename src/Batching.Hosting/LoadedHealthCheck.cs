using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Batching.Hosting;

/// <summary>Whether a model is in memory, warmed up: what a startup probe asks.</summary>
internal sealed class LoadedHealthCheck(HostedClassifier classifier) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(classifier.LoadedAt is { } time
            ? HealthCheckResult.Healthy($"The model has been loaded since {time:u}.", HealthData.Of(classifier))
            : new HealthCheckResult(
                context.Registration.FailureStatus, $"No model is loaded; the state is {classifier.State}.", data: HealthData.Of(classifier)));
}
