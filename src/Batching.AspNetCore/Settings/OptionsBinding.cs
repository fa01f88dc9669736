using System.Globalization;
using Batching.Hosting;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Settings;

/// <summary>Options from a section of the configuration, by generated code, which trimmed and native apps need.</summary>
internal static class OptionsBinding
{
    /// <exception cref="OptionsValidationException">A key is no option, or a value does not have its type.</exception>
    public static void Bind(IConfiguration configuration, ClassifierServerOptions options)
    {
        try
        {
            WithTimes(configuration).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            string section = configuration is IConfigurationSection { Path: var path } ? $"section '{path}' of the configuration" : "configuration";
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(ClassifierServerOptions),
                [$"The {section} does not fit the options of the server: {exception.Message} Correct the key or its value, or remove it."]);
        }
    }

    // The binder would take a number for days.
    private static IConfiguration WithTimes(IConfiguration configuration)
    {
        const string Key = nameof(ClassifierServerOptions.TransferTimeout);
        if (configuration[Key] is not { Length: > 0 } value)
        {
            return configuration;
        }

        string time = ConfiguredTime.TryParse(value, out TimeSpan parsed)
            ? parsed.ToString("c", CultureInfo.InvariantCulture)
            : throw new FormatException($"{Key} is '{value}'. {ConfiguredTime.Forms}");
        return new ConfigurationBuilder()
            .AddConfiguration(configuration)
            .AddInMemoryCollection([KeyValuePair.Create(Key, (string?)time)])
            .Build();
    }
}
