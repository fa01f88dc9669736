using Microsoft.Extensions.Options;

namespace Server;

/// <summary>What the server takes and where it listens: the section <c>Batching:Server</c> of the configuration.</summary>
internal sealed class ServerOptions
{
    public const string Section = "Batching:Server";

    /// <summary>The address to listen at.</summary>
    /// <value>Default: 127.0.0.1, this machine only. 0.0.0.0 for all, which is the time to set <see cref="ApiKey"/>.</value>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The port to listen at.</summary>
    /// <value>Default: 8080. 0 for any that is free.</value>
    public int Port { get; set; } = 8080;

    /// <summary>What <c>/info</c> calls the model.</summary>
    /// <value>Default: null, the name of its folder.</value>
    public string? ModelId { get; set; }

    /// <summary>The most requests that are under way at a time; more are refused with 429.</summary>
    /// <value>Default: 512. From 1.</value>
    public int MaxConcurrentRequests { get; set; } = 512;

    /// <summary>The most texts of one request.</summary>
    /// <value>Default: 32. From 1.</value>
    public int MaxClientBatchSize { get; set; } = 32;

    /// <summary>The largest body of a request, in bytes.</summary>
    /// <value>Default: 2,000,000. From 1.</value>
    public int MaxBodyBytes { get; set; } = 2_000_000;

    /// <summary>Whether texts that are too long are cut, where a request does not say.</summary>
    /// <value>Default: true. Otherwise they are refused.</value>
    public bool AutoTruncate { get; set; } = true;

    /// <summary>What clients have to send as <c>Authorization: Bearer ...</c>.</summary>
    /// <value>Default: null, nothing.</value>
    public string? ApiKey { get; set; }

    /// <summary>Whether <c>/health</c>, <c>/health/live</c> and <c>/metrics</c> need the key as well.</summary>
    /// <value>Default: false, because probes and scrapers seldom have one.</value>
    public bool ApiKeyForProbes { get; set; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="OptionsValidationException">A key is no option, or a value is not in its range.</exception>
    public static ServerOptions Read(IConfiguration configuration)
    {
        var options = new ServerOptions();
        try
        {
            configuration.GetSection(Section).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw Refusal([$"The section '{Section}' of the configuration does not fit the options of the server: {exception.Message} Correct the key or its value, or remove it."]);
        }

        string[] failures = [.. options.Failures()];
        return failures.Length == 0 ? options : throw Refusal(failures);
    }

    private static OptionsValidationException Refusal(string[] failures) => new(nameof(ServerOptions), typeof(ServerOptions), failures);

    private IEnumerable<string> Failures()
    {
        if (!System.Net.IPAddress.TryParse(Host, out _))
        {
            yield return $"{nameof(Host)} is '{Host}'; it has to be an address, such as 127.0.0.1 for this machine only or 0.0.0.0 for all.";
        }

        if (Port is < 0 or > ushort.MaxValue)
        {
            yield return $"{nameof(Port)} is {Port}; it has to be from 0, any that is free, to {ushort.MaxValue}.";
        }

        foreach ((string name, int value) in ((string, int)[])
            [(nameof(MaxConcurrentRequests), MaxConcurrentRequests), (nameof(MaxClientBatchSize), MaxClientBatchSize), (nameof(MaxBodyBytes), MaxBodyBytes)])
        {
            if (value < 1)
            {
                yield return $"{name} is {value}; it has to be at least 1.";
            }
        }

        if (ApiKey is { Length: 0 })
        {
            yield return $"{nameof(ApiKey)} is empty, which every client would know. Give a key, or remove the setting.";
        }
    }
}
