using Batching.AspNetCore.Endpoints;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Batching.AspNetCore.Operations;

/// <summary><c>GET /openapi.json</c>: what all endpoints of the contracts take and answer.</summary>
internal sealed class OpenApiEndpoint([FromKeyedServices(OpenApiDescription.Name)] IOpenApiDocumentProvider provider) : IEndpoint
{
    public static EndpointDescription Description { get; } = new() { Path = "/openapi.json" };

    public async Task RunAsync(HttpContext context)
    {
        OpenApiDocument document = await provider.GetOpenApiDocumentAsync(context.RequestAborted);
        HttpRequest request = context.Request;
        document.Servers = [new OpenApiServer { Url = $"{request.Scheme}://{request.Host}{request.PathBase}/" }];
        string json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, context.RequestAborted);
        context.Response.ContentType = "application/json;charset=utf-8";
        await context.Response.WriteAsync(json, context.RequestAborted);
    }
}
