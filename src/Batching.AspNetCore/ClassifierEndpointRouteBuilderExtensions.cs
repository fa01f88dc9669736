using Batching;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Telemetry;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of a classifier.</summary>
public static class ClassifierEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the contracts of text-embeddings-inference (<c>/predict</c>, <c>/rerank</c>, <c>/tokenize</c>, <c>/info</c>,
    /// <c>/health</c>, <c>/metrics</c>) and of Hugging Face's inference API (<c>POST /</c>), a page to try the model with
    /// (<c>GET /</c>), and the document that describes them (<c>/openapi.json</c>).
    /// </summary>
    /// <param name="endpoints">
    /// The application, or a group of its routes such as <c>app.MapGroup("/sentiment")</c>, where the application has routes of
    /// its own at the same addresses.
    /// </param>
    /// <returns>The endpoints together, to demand something of all of them, as <c>RequireAuthorization()</c> does.</returns>
    /// <exception cref="InvalidOperationException">
    /// <c>AddClassifierServer</c> was not called, or no classifier without a name was added with <c>AddSequenceClassifier</c>.
    /// </exception>
    public static IEndpointConventionBuilder MapClassifiers(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProviderIsService services = endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>();
        ThrowIfMissing(services, typeof(EndpointGuard), "AddClassifierServer()");
        ThrowIfMissing(services, typeof(HostedClassifier), "AddSequenceClassifier(...), without a name,");

        // They listen from here on, not from the first look at the page or the metrics.
        endpoints.ServiceProvider.GetRequiredService<PaddingListener>();
        endpoints.ServiceProvider.GetRequiredService<MetricsExport>();
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.WithGroupName(OpenApiDescription.Name);
        foreach (EndpointRegistration endpoint in EndpointTable.All)
        {
            group.Map(endpoint);
        }

        return group;
    }

    private static void ThrowIfMissing(IServiceProviderIsService services, Type type, string call)
    {
        if (!services.IsService(type))
        {
            throw new InvalidOperationException($"{nameof(MapClassifiers)} needs services that were not added. Call builder.Services.{call} before the application is built.");
        }
    }
}
