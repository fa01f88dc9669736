using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Batching.Hosting;

/// <summary>Options from a section of the configuration, by generated code, which trimmed and native apps need.</summary>
internal static class ConfigurationBinding
{
    /// <param name="configuration">The section.</param>
    /// <param name="name">The name of the options.</param>
    /// <param name="options">What is set.</param>
    /// <exception cref="OptionsValidationException">A key is no option, or a value does not have its type.</exception>
    public static void Bind(IConfiguration configuration, string name, SequenceClassifierHostingOptions options)
    {
        try
        {
            configuration.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            string section = configuration is IConfigurationSection { Path: var path } ? $"section '{path}' of the configuration" : "configuration";
            throw new OptionsValidationException(
                name,
                typeof(SequenceClassifierHostingOptions),
                [$"The {section} does not fit the options of a sequence classifier: {exception.Message} Correct the key or its value, or remove it."]);
        }
    }
}
