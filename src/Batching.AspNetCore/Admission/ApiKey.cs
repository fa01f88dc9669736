using System.Security.Cryptography;
using System.Text;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Batching.AspNetCore.Admission;

/// <summary>Lets nobody in without the key, where there is one.</summary>
internal sealed class ApiKey
{
    private const string Scheme = "Bearer ";

    private readonly byte[]? keyHash;
    private readonly bool guardsProbes;

    public ApiKey(IOptions<ClassifierServerOptions> options)
    {
        keyHash = options.Value.ApiKey is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes(key)) : null;
        guardsProbes = options.Value.ApiKeyForProbes;
    }

    /// <param name="context">The request.</param>
    /// <param name="access">Whom it is for.</param>
    /// <exception cref="RequestException">The request has no key, or another.</exception>
    public void Check(HttpContext context, EndpointAccess access)
    {
        bool isOpen = access == EndpointAccess.Open || (access == EndpointAccess.Probe && !guardsProbes);
        if (keyHash is null || isOpen || HasKey(context.Request, keyHash))
        {
            return;
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
}
