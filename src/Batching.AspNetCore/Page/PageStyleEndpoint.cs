using Batching.AspNetCore.Endpoints;

namespace Batching.AspNetCore.Page;

/// <summary><c>GET /page.css</c>.</summary>
internal sealed class PageStyleEndpoint : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/page.css",
        Access = static _ => EndpointAccess.Open,
    };

    public Task RunAsync(HttpContext context) => PageFile.SendAsync(context, "page.css", "text/css; charset=utf-8");
}
