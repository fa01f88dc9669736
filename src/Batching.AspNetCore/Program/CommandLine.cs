using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Program;

/// <summary>Reads the command line, and refuses what it does not know: an option that is ignored may be the key that keeps others out.</summary>
internal static class CommandLine
{
    private static readonly string[] Sections = ["Batching:", "Logging:", "Kestrel:", "AllowedHosts"];

    /// <summary>Whether help is asked for.</summary>
    public static bool WantsHelp(string[] args) => args.Any(static arg => arg is "--help" or "-h" or "-?");

    /// <summary>What the options set, by keys of the configuration.</summary>
    /// <exception cref="OptionsValidationException">An option is unknown, has no value, or is given twice. Values are not named: one may be a key.</exception>
    public static Dictionary<string, string?> Read(string[] args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < args.Length; i++)
        {
            int equals = args[i].IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? args[i] : args[i][..equals];
            string key = KeyOf(name);
            string? value = equals >= 0 ? args[i][(equals + 1)..] : i + 1 < args.Length && !IsName(args[i + 1]) ? args[++i] : null;
            if (value is null && name.Equals("--auto-truncate", StringComparison.OrdinalIgnoreCase))
            {
                value = "true";
            }

            if (!settings.TryAdd(key, value ?? throw Refused($"The option {name} has no value. Put it after the name; one that begins with -- after an equals sign, as in {name}=value.")))
            {
                throw Refused($"The option {name} sets what an option before it has set already. Give one of them.");
            }

            if (name.Equals(ServerSwitches.ModelId, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(value))
            {
                throw Refused($"The value of {name}, '{value}', is no folder. The server loads a folder and downloads nothing: download the model, and give its folder.");
            }
        }

        return settings;
    }

    private static bool IsName(string arg) => arg.StartsWith("--", StringComparison.Ordinal) || arg is "-p";

    private static string KeyOf(string name)
    {
        if (ServerSwitches.All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } option)
        {
            return option.Key;
        }

        if (ServerSwitches.Foreign.TryGetValue(name, out string? instead))
        {
            throw Refused($"The option {name} of text-embeddings-inference is none of this server. {instead}");
        }

        if (!IsName(name))
        {
            throw Refused("An argument is no option: options begin with --, and their values follow them. --help lists them.");
        }

        return Sections.Any(section => name.AsSpan(2).StartsWith(section, StringComparison.OrdinalIgnoreCase))
            ? name[2..]
            : throw Refused($"There is no option {name}.{NearestName.Question(name, ServerSwitches.All.Select(known => known.Name))} --help lists all.");
    }

    private static OptionsValidationException Refused(string message) => new(nameof(CommandLine), typeof(ClassifierServerOptions), [message]);
}
