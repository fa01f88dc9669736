using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using Server.Contract;
using Server.Requests;

namespace Server.Admission;

/// <summary>Lets nobody in without the key, where there is one. The page itself is open: it holds nothing, and what it asks for needs the key.</summary>
internal sealed class ApiKey
{
    private const string Scheme = "Bearer ";

    private static readonly string[] Probes = ["/health", "/health/live", "/metrics"];
    private static readonly string[] Page = ["/page.css", "/page.js"];

    private readonly byte[]? keyHash;
    private readonly bool guardsProbes;

    public ApiKey(ServerOptions options)
    {
        keyHash = options.ApiKey is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes(key)) : null;
        guardsProbes = options.ApiKeyForProbes;
    }

    /// <exception cref="RequestException">The request has no key, or another.</exception>
    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (keyHash is null || IsOpen(context.Request) || HasKey(context.Request, keyHash))
        {
            return next(context);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new RequestException(
            ErrorType.Validation,
            StatusCodes.Status401Unauthorized,
            "The server needs a key, and the request has none or another. Send the header 'Authorization: Bearer' with the key.");
    }

    // Hashes are equally long, and compared in the same time wherever they differ.
    private static bool HasKey(HttpRequest request, byte[] keyHash) =>
        request.Headers[HeaderNames.Authorization] is [{ } header]
        && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), keyHash);

    private static bool IsOneOf(string[] paths, PathString path) => paths.Any(open => path.Equals(open, StringComparison.OrdinalIgnoreCase));

    private bool IsOpen(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && ((!guardsProbes && IsOneOf(Probes, request.Path)) || IsOneOf(Page, request.Path) || (request.Path == "/" && (!guardsProbes || request.PrefersHtml())));
}
