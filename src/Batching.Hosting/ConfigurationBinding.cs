using Microsoft.Extensions.Configuration;

namespace Batching.Hosting;

/// <summary>Options from a section of the configuration, by generated code, which trimmed and native apps need.</summary>
internal static class ConfigurationBinding
{
    /// <exception cref="InvalidOperationException">A key is no option, or a value does not have its type.</exception>
    public static void Bind(IConfiguration configuration, SequenceClassifierHostingOptions options) =>
        configuration.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
}
