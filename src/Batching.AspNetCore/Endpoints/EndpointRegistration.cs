using System.Diagnostics.CodeAnalysis;

namespace Batching.AspNetCore.Endpoints;

/// <summary>An endpoint of the table.</summary>
/// <param name="Description">What it is to clients.</param>
/// <param name="AddTo">Adds it to the services.</param>
/// <param name="Resolve">Takes what answers from the services.</param>
internal sealed record EndpointRegistration(
    EndpointDescription Description, Action<IServiceCollection> AddTo, Func<IServiceProvider, RequestDelegate> Resolve)
{
    public static EndpointRegistration Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IEndpoint =>
        new(T.Description, static services => services.AddSingleton<T>(), static provider => provider.GetRequiredService<T>().RunAsync);
}
