using Batching.AspNetCore.Admission;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Operations;

namespace Batching.AspNetCore.Page;

/// <summary><c>GET /</c>: the page to try the model with, for browsers; its health, for programs. The page holds nothing, and what it asks for needs the key.</summary>
internal sealed class PageEndpoint(HealthAnswer health) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/",
        Access = static request => request.PrefersHtml() ? EndpointAccess.Open : EndpointAccess.Probe,
    };

    public Task RunAsync(HttpContext context)
    {
        context.Response.Headers.Vary = "Accept";
        if (!context.Request.PrefersHtml())
        {
            return health.WriteAsync(context, tag: null);
        }

        // What the page asks for is beside it, wherever it is mapped.
        if (!context.Request.Path.Value!.EndsWith('/'))
        {
            context.Response.Redirect($"{context.Request.PathBase}{context.Request.Path}/");
            return Task.CompletedTask;
        }

        return PageFile.SendAsync(context, "index.html", "text/html; charset=utf-8");
    }
}
