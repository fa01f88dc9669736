using Batching.AspNetCore.Admission;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Endpoints;

/// <summary>Stands around every endpoint: the key, the limits, and an answer to what goes wrong.</summary>
internal sealed class EndpointGuard(ApiKey key, RequestLimit limit, ILogger<EndpointGuard> logger)
{
    public async Task AnswerAsync(HttpContext context, EndpointRegistration endpoint)
    {
        try
        {
            key.Check(context, endpoint.Description.Access(context.Request));
            RequestDelegate answer = endpoint.Resolve(context.RequestServices);
            await (endpoint.Description.Request is null ? answer(context) : limit.RunAsync(context, answer));
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await Failures.AnswerAsync(context, exception, logger);
        }
    }
}
