using System.Globalization;
using System.Net;
using Batching.Hosting;
using Microsoft.Extensions.Options;
using Server.Settings;

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

    /// <summary>The largest answer to a request, in bytes.</summary>
    /// <value>Default: 16,000,000. From 1.</value>
    public int MaxAnswerBytes { get; set; } = 16_000_000;

    /// <summary>
    /// The most memory that requests under way may take together, in bytes, as it is estimated before it is taken: for their
    /// bodies, texts, tokens and answers. What would go past it is refused with 429.
    /// </summary>
    /// <value>Default: 268,435,456. From 1,048,576.</value>
    public long MaxBytesUnderWay { get; set; } = 1 << 28;

    /// <summary>How long the body of a request may take to come, and its answer to be taken.</summary>
    /// <value>Default: 30 seconds. Above zero, and at most a day.</value>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether texts that are too long are cut, where a request does not say.</summary>
    /// <value>Default: true. Otherwise they are refused.</value>
    public bool AutoTruncate { get; set; } = true;

    /// <summary>What clients have to send as <c>Authorization: Bearer ...</c>.</summary>
    /// <value>Default: null, nothing.</value>
    public string? ApiKey { get; set; }

    /// <summary>Whether <c>/health</c>, <c>/health/live</c> and <c>/metrics</c> need the key as well.</summary>
    /// <value>Default: false, because probes and scrapers seldom have one.</value>
    public bool ApiKeyForProbes { get; set; }

    /// <summary>What <c>urls</c> says in place of <see cref="Host"/> and <see cref="Port"/>; null where it says nothing.</summary>
    internal BindingAddress[]? Urls { get; private set; }

    /// <summary>Where the server listens.</summary>
    internal BindingAddress[] Addresses { get; private set; } = [];

    /// <summary>Reads the options.</summary>
    /// <exception cref="OptionsValidationException">A key is no option, or a value is not in its range.</exception>
    public static ServerOptions Read(IConfiguration configuration)
    {
        ConfigurationKeys.Check(configuration);
        IConfigurationSection section = configuration.GetSection(Section);
        var options = new ServerOptions();
        try
        {
            WithTimes(section).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw Refusal([$"The section '{Section}' of the configuration does not fit the options of the server: {exception.Message} Correct the key or its value, or remove it."]);
        }

        string[] failures = [.. options.Failures(), .. options.ReadAddresses(configuration)];
        return failures.Length == 0 ? options : throw Refusal(failures);
    }

    private static OptionsValidationException Refusal(string[] failures) => new(nameof(ServerOptions), typeof(ServerOptions), failures);

    // The binder would take a number for days.
    private static IConfiguration WithTimes(IConfigurationSection section)
    {
        if (section[nameof(TransferTimeout)] is not { Length: > 0 } value)
        {
            return section;
        }

        string time = ConfiguredTime.TryParse(value, out TimeSpan parsed)
            ? parsed.ToString("c", CultureInfo.InvariantCulture)
            : throw new FormatException($"{nameof(TransferTimeout)} is '{value}'. {ConfiguredTime.Forms}");
        return new ConfigurationBuilder()
            .AddInMemoryCollection(section.AsEnumerable())
            .AddInMemoryCollection([KeyValuePair.Create($"{section.Path}:{nameof(TransferTimeout)}", (string?)time)])
            .Build()
            .GetSection(section.Path);
    }

    private IEnumerable<string> ReadAddresses(IConfiguration configuration)
    {
        try
        {
            Urls = ListeningAddresses.OfUrls(configuration);
            Addresses = [.. Urls ?? OwnAddress(), .. ListeningAddresses.OfKestrel(configuration)];
        }
        catch (FormatException exception)
        {
            return [exception.Message];
        }

        return Urls is not null && (configuration[$"{Section}:{nameof(Host)}"] ?? configuration[$"{Section}:{nameof(Port)}"]) is not null
            ? [$"'urls' and '{Section}:{nameof(Host)}' or '{Section}:{nameof(Port)}' both say where to listen. Set one of them."]
            : [];
    }

    // Empty where it is refused anyway.
    private BindingAddress[] OwnAddress() => IPAddress.TryParse(Host, out IPAddress? address) && Port is >= 0 and <= ushort.MaxValue
        ? [BindingAddress.Parse($"http://{new IPEndPoint(address, Port)}")]
        : [];

    private IEnumerable<string> Failures()
    {
        if (!IPAddress.TryParse(Host, out _))
        {
            yield return $"{nameof(Host)} is '{Host}'; it has to be an address, such as 127.0.0.1 for this machine only or 0.0.0.0 for all.";
        }

        if (Port is < 0 or > ushort.MaxValue)
        {
            yield return $"{nameof(Port)} is {Port}; it has to be from 0, any that is free, to {ushort.MaxValue}.";
        }

        foreach ((string name, long value, long least) in ((string, long, long)[])
            [
                (nameof(MaxConcurrentRequests), MaxConcurrentRequests, 1),
                (nameof(MaxClientBatchSize), MaxClientBatchSize, 1),
                (nameof(MaxBodyBytes), MaxBodyBytes, 1),
                (nameof(MaxAnswerBytes), MaxAnswerBytes, 1),
                (nameof(MaxBytesUnderWay), MaxBytesUnderWay, 1 << 20),
            ])
        {
            if (value < least)
            {
                yield return $"{name} is {value}; it has to be at least {least}.";
            }
        }

        if (TransferTimeout <= TimeSpan.Zero || TransferTimeout > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(TransferTimeout)} is {TransferTimeout}; it has to be above zero and at most a day.";
        }

        if (ApiKey is { Length: 0 })
        {
            yield return $"{nameof(ApiKey)} is empty, which every client would know. Give a key, or remove the setting.";
        }
        else if (ApiKey is { } key && (char.IsWhiteSpace(key[0]) || char.IsWhiteSpace(key[^1]) || key.Any(char.IsControl)))
        {
            yield return $"{nameof(ApiKey)} has white space at an end or a control character in it, which no header can carry. Remove it, as the line feed at the end of a file.";
        }
    }
}
