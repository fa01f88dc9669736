using System.Net;

namespace Batching.AspNetCore.Program;

/// <summary>Where the server listens.</summary>
internal static class ListeningAddresses
{
    /// <summary>The addresses of <c>urls</c>; null where that is not set.</summary>
    /// <exception cref="FormatException">One is no address, or cannot be one of this server.</exception>
    public static BindingAddress[]? OfUrls(IConfiguration configuration) =>
        configuration["urls"] is { Length: > 0 } urls
            ? [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)]
            : null;

    /// <summary>The addresses that Kestrel's own section names.</summary>
    public static IEnumerable<BindingAddress> OfKestrel(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => endpoint["Url"])
            .OfType<string>()
            .Select(Parse);

    /// <summary>Whether only this machine reaches an address.</summary>
    public static bool IsLoopback(BindingAddress address) => address.IsUnixPipe || IsLoopback(address.Host);

    /// <summary>Whether only this machine reaches a host.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static BindingAddress Parse(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new FormatException($"'{url}' is no address to listen at; one is http://127.0.0.1:8080.", exception);
        }

        return address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase)
            ? address
            : throw new FormatException($"'{url}' is no address of this server: there is no TLS here. Give one with http://, and put a proxy in front of it.");
    }
}
