using System.Net;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Program;

/// <summary>Where the server listens: two keys of the section <c>Batching:Server</c>, whose others are <see cref="ClassifierServerOptions"/>.</summary>
internal sealed class ListeningOptions
{
    /// <summary>The names of the keys.</summary>
    public static string[] Names { get; } = [nameof(Host), nameof(Port)];

    /// <summary>The address to listen at.</summary>
    /// <value>Default: 127.0.0.1, this machine only. 0.0.0.0 for all, which is the time to set <see cref="ClassifierServerOptions.ApiKey"/>.</value>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The port to listen at.</summary>
    /// <value>Default: 8080. 0 for any that is free.</value>
    public int Port { get; set; } = 8080;

    /// <summary>What <c>urls</c> says in place of <see cref="Host"/> and <see cref="Port"/>; null where it says nothing.</summary>
    public BindingAddress[]? Urls { get; private set; }

    /// <summary>All that is listened at.</summary>
    public BindingAddress[] Addresses { get; private set; } = [];

    /// <exception cref="OptionsValidationException">A value is not in its range.</exception>
    public static ListeningOptions Read(IConfiguration configuration, string section)
    {
        var options = new ListeningOptions();
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw Refusal([$"The section '{section}' of the configuration does not fit the options of the server: {exception.Message} Correct the key or its value, or remove it."]);
        }

        string[] failures = [.. options.Failures(), .. options.ReadAddresses(configuration, section)];
        return failures.Length == 0 ? options : throw Refusal(failures);
    }

    private static OptionsValidationException Refusal(string[] failures) => new(nameof(ListeningOptions), typeof(ListeningOptions), failures);

    private IEnumerable<string> ReadAddresses(IConfiguration configuration, string section)
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

        return Urls is not null && Names.Any(name => configuration[$"{section}:{name}"] is not null)
            ? [$"'urls' and '{section}:{nameof(Host)}' or '{section}:{nameof(Port)}' both say where to listen. Set one of them."]
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
    }
}
