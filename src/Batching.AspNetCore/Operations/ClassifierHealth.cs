using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Batching.AspNetCore.Operations;

/// <summary>Runs the health checks of the classifier, and no others of the application, whose own list of checks stays as it is.</summary>
internal sealed class ClassifierHealth(IServiceProvider services)
{
    private readonly HealthCheckRegistration[] registrations = Registrations.OfClassifier();

    /// <summary>The worst of the checks that have a tag; of all of them, where it is null.</summary>
    /// <returns>The status, and why it is not better.</returns>
    public async Task<(HealthStatus Status, string Reasons)> CheckAsync(string? tag, CancellationToken cancellationToken)
    {
        var status = HealthStatus.Healthy;
        var reasons = new List<string>();
        foreach (HealthCheckRegistration registration in registrations.Where(check => tag is null || check.Tags.Contains(tag)))
        {
            HealthCheckResult result = await registration.Factory(services)
                .CheckHealthAsync(new HealthCheckContext { Registration = registration }, cancellationToken);
            status = result.Status < status ? result.Status : status;
            if (result is { Status: HealthStatus.Unhealthy, Description: { } reason } && !reasons.Contains(reason, StringComparer.Ordinal))
            {
                reasons.Add(reason);
            }
        }

        return (status, string.Join(' ', reasons));
    }

    private sealed class Registrations : IHealthChecksBuilder
    {
        private readonly List<HealthCheckRegistration> all = [];

        public IServiceCollection Services { get; } = new ServiceCollection();

        public static HealthCheckRegistration[] OfClassifier()
        {
            var registrations = new Registrations();
            registrations.AddSequenceClassifier();
            return [.. registrations.all];
        }

        public IHealthChecksBuilder Add(HealthCheckRegistration registration)
        {
            all.Add(registration);
            return this;
        }
    }
}
