using Batching.AspNetCore.Endpoints;

namespace Batching.AspNetCore.Page;

/// <summary><c>GET /page.js</c>.</summary>
internal sealed class PageScriptEndpoint : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/page.js",
        Access = static _ => EndpointAccess.Open,
    };

    public Task RunAsync(HttpContext context) => PageFile.SendAsync(context, "page.js", "text/javascript; charset=utf-8");
}
