namespace Batching.AspNetCore.Page;

/// <summary>Sends a file of the page to try the model with; they are in the assembly itself.</summary>
internal static class PageFile
{
    public static async Task SendAsync(HttpContext context, string file, string contentType)
    {
        await using Stream stream = typeof(PageFile).Assembly.GetManifestResourceStream(file)!;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = stream.Length;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src data:; frame-ancestors 'none'";
        await stream.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
