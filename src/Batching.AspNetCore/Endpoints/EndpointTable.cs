using Batching.AspNetCore.HuggingFace;
using Batching.AspNetCore.Inspect;
using Batching.AspNetCore.Operations;
using Batching.AspNetCore.Page;
using Batching.AspNetCore.Tei;

namespace Batching.AspNetCore.Endpoints;

/// <summary>All endpoints: one that is in this list is added to the services, mapped, guarded and described.</summary>
internal static class EndpointTable
{
    public static IReadOnlyList<EndpointRegistration> All { get; } =
    [
        EndpointRegistration.Of<PredictEndpoint>(),
        EndpointRegistration.Of<InferenceEndpoint>(),
        EndpointRegistration.Of<RerankEndpoint>(),
        EndpointRegistration.Of<TokenizeEndpoint>(),
        EndpointRegistration.Of<InspectEndpoint>(),
        EndpointRegistration.Of<InfoEndpoint>(),
        EndpointRegistration.Of<HealthEndpoint>(),
        EndpointRegistration.Of<LiveEndpoint>(),
        EndpointRegistration.Of<StatusEndpoint>(),
        EndpointRegistration.Of<MetricsEndpoint>(),
        EndpointRegistration.Of<OpenApiEndpoint>(),
        EndpointRegistration.Of<PageEndpoint>(),
        EndpointRegistration.Of<PageStyleEndpoint>(),
        EndpointRegistration.Of<PageScriptEndpoint>(),
    ];
}
