using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Batching.Hosting;

/// <summary>Options from a section of the configuration, by generated code, which trimmed and native apps need.</summary>
internal static class ConfigurationBinding
{
    private static readonly string[] Times =
    [
        nameof(SequenceClassifierHostingOptions.RequestTimeout),
        nameof(SequenceClassifierHostingOptions.ShutdownGrace),
        nameof(SequenceClassifierHostingOptions.StallTimeout),
        nameof(SequenceClassifierHostingOptions.ReloadDelay),
    ];

    /// <param name="configuration">The section.</param>
    /// <param name="name">The name of the options.</param>
    /// <param name="options">What is set.</param>
    /// <exception cref="OptionsValidationException">A key is no option, or a value does not have its type.</exception>
    public static void Bind(IConfiguration configuration, string name, SequenceClassifierHostingOptions options)
    {
        try
        {
            WithTimes(configuration).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            string section = configuration is IConfigurationSection { Path: var path } ? $"section '{path}' of the configuration" : "configuration";
            throw new OptionsValidationException(
                name,
                typeof(SequenceClassifierHostingOptions),
                [$"The {section} does not fit the options of a sequence classifier: {exception.Message} Correct the key or its value, or remove it."]);
        }
    }

    // The binder would take a number for days.
    private static IConfiguration WithTimes(IConfiguration configuration)
    {
        var times = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string key in Times)
        {
            if (configuration[key] is { Length: > 0 } value)
            {
                times[key] = ConfiguredTime.TryParse(value, out TimeSpan time)
                    ? time.ToString("c", CultureInfo.InvariantCulture)
                    : throw new FormatException($"{key} is '{value}'. {ConfiguredTime.Forms}");
            }
        }

        return times.Count == 0 ? configuration : new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(times).Build();
    }
}
