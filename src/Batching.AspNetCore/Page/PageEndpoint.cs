namespace Server.Endpoints;

/// <summary>The page to try the model with, whose files are in the program itself.</summary>
internal static class PageEndpoint
{
    public static Task HtmlAsync(HttpContext context) => SendAsync(context, "index.html", "text/html; charset=utf-8");

    public static Task StyleAsync(HttpContext context) => SendAsync(context, "page.css", "text/css; charset=utf-8");

    public static Task ScriptAsync(HttpContext context) => SendAsync(context, "page.js", "text/javascript; charset=utf-8");

    private static async Task SendAsync(HttpContext context, string file, string contentType)
    {
        await using Stream stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream(file)!;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = stream.Length;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src data:; frame-ancestors 'none'";
        await stream.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
