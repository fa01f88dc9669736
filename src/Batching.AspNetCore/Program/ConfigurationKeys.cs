using Batching.AspNetCore.Requests;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Program;

/// <summary>Refuses what is set below <c>Batching</c> and is no option, wherever it was set.</summary>
internal static class ConfigurationKeys
{
    private const string Root = "Batching";

    private static readonly Dictionary<string, string[]> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Server"] = [.. ListeningOptions.Names, .. NamesOf(typeof(ClassifierServerOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))],
        ["Classifier"] = NamesOf(typeof(SequenceClassifierHostingOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)),
    };

    /// <exception cref="OptionsValidationException">A key is no option. Values are not named: one may be a key.</exception>
    public static void Check(IConfiguration configuration)
    {
        string[] failures = [.. Failures(configuration.GetSection(Root))];
        if (failures.Length > 0)
        {
            throw new OptionsValidationException(Root, typeof(ClassifierServerOptions), failures);
        }
    }

    private static IEnumerable<string> Failures(IConfigurationSection root)
    {
        if (root.Value is { Length: > 0 })
        {
            yield return $"The configuration has a value for '{Root}', which is a section. Give the whole key, such as Batching:Server:Port.";
        }

        foreach (IConfigurationSection section in root.GetChildren())
        {
            if (!Sections.TryGetValue(section.Key, out string[]? names))
            {
                string[] all = [.. Sections.SelectMany(known => known.Value.Prepend("").Select(name => $"{Root}:{known.Key}{(name.Length > 0 ? ":" : "")}{name}"))];
                yield return $"The configuration has the key '{section.Path}', which is no option.{Question(section.Key, all)} The sections are {Root}:Server and {Root}:Classifier.";
                continue;
            }

            if (section.Value is { Length: > 0 })
            {
                yield return $"The configuration has a value for '{section.Path}', which is a section. Give the whole key, such as Batching:Server:Port.";
            }

            foreach (IConfigurationSection option in section.GetChildren())
            {
                if (!names.Contains(option.Key, StringComparer.OrdinalIgnoreCase))
                {
                    yield return $"The configuration has the key '{option.Path}', which is no option.{NearestName.Question(option.Key, names)} Correct it, or remove it.";
                }
                else if (option.GetChildren().FirstOrDefault() is { } inner)
                {
                    yield return $"The configuration has the key '{inner.Path}', and '{option.Path}' is one value. Correct it, or remove it.";
                }
            }
        }
    }

    // Batching:ApiKey may be meant for Batching:Server:ApiKey.
    private static string Question(string misspelt, string[] keys) =>
        NearestName.Of(misspelt, keys.Select(key => key[(key.LastIndexOf(':') + 1)..])) is { } nearest
            ? $" Is {keys.First(key => key.EndsWith($":{nearest}", StringComparison.Ordinal))} meant?"
            : "";

    // What code sets is not in a configuration.
    private static string[] NamesOf(PropertyInfo[] properties) =>
        [.. properties.Where(property => property.CanWrite && !typeof(Delegate).IsAssignableFrom(property.PropertyType)).Select(property => property.Name)];
}
