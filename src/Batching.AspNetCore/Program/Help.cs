using System.Globalization;
using System.Text;

namespace Batching.AspNetCore.Program;

/// <summary>What <c>--help</c> says.</summary>
internal static class Help
{
    public static string Of(ClassifierServerProgram program)
    {
        var text = new StringBuilder()
            .AppendLine("Classifies texts over HTTP, as text-embeddings-inference and Hugging Face's inference API do.")
            .AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"Usage: {program.Command} [options]")
            .AppendLine();
        foreach (IGrouping<string, ServerSwitch> names in ServerSwitches.All.GroupBy(option => option.Key, StringComparer.Ordinal))
        {
            string name = string.Join(", ", names.Select(option => option.Name));
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-26}  {names.First().Description}");
        }

        return text
            .AppendLine(CultureInfo.InvariantCulture, $"  {"--help, -h",-26}  This.")
            .AppendLine()
            .AppendLine("All settings are keys of the configuration too, such as --Batching:Server:ApiKeyForProbes true, and come as well from")
            .AppendLine("appsettings.json and from the environment: BATCHING__SERVER__PORT=80.")
            .AppendLine()
            .Append("Ends with 0 when stopped, 2 for a setting that cannot be, 3 for a model that cannot be loaded, 4 for an address that cannot be listened at.")
            .ToString();
    }
}
