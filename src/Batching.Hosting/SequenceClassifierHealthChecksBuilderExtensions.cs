using Batching;
using Batching.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health checks of sequence classifiers.</summary>
public static class SequenceClassifierHealthChecksBuilderExtensions
{
    /// <summary>Adds the three health checks of a classifier, told apart by their tags.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name that the classifier was added under; null for the one without.</param>
    /// <returns>The health checks.</returns>
    /// <remarks>
    /// <list type="bullet">
    /// <item><c>live</c>: the workers get on. Unhealthy where texts wait and no batch has come to its end for
    /// <see cref="SequenceClassifierHostingOptions.StallTimeout"/>.</item>
    /// <item><c>ready</c>: loaded, warmed up and not stopping. Degraded while the queue has no room, from a refusal until the
    /// time after which to try again.</item>
    /// <item><c>loaded</c>: a model is in memory.</item>
    /// </list>
    /// <para>
    /// They are named after the classifier and the tag, such as <c>sst2-live</c>, or <c>classifier-live</c> without a name. Each
    /// gives the tokens waiting, the tokens a second and the model along.
    /// </para>
    /// </remarks>
    public static IHealthChecksBuilder AddSequenceClassifier(this IHealthChecksBuilder builder, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .Add("live", name, static classifier => new LiveHealthCheck(classifier))
            .Add("ready", name, static classifier => new ReadyHealthCheck(classifier))
            .Add("loaded", name, static classifier => new LoadedHealthCheck(classifier));
    }

    private static IHealthChecksBuilder Add(
        this IHealthChecksBuilder builder, string tag, string? name, Func<HostedClassifier, IHealthCheck> create) =>
        builder.Add(new HealthCheckRegistration(
            $"{name ?? "classifier"}-{tag}",
            services => create(services.GetRequiredKeyedService<HostedClassifier>(name)),
            failureStatus: null,
            tags: [tag]));
}
