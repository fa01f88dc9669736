using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Tei;

/// <summary>Reads <c>inputs</c> of <c>POST /predict</c>.</summary>
internal static class PredictInputs
{
    /// <summary>Reads <c>inputs</c> as text-embeddings-inference does: a text, one text or one pair in a list, or a list of such lists.</summary>
    /// <returns>The texts, and whether they are a batch, which is answered by a list of lists.</returns>
    /// <exception cref="RequestException">They are something else, or empty.</exception>
    public static (TextInput[] Inputs, bool IsBatch) Read(JsonElement inputs, int most)
    {
        if (inputs.ValueKind == JsonValueKind.Array && inputs.GetArrayLength() > 0 && inputs[0].ValueKind == JsonValueKind.Array)
        {
            InputReader.ThrowIfTooMany(inputs, most);
            return ([.. inputs.EnumerateArray().Select((entry, index) => ReadTextOrPair(entry, $"inputs[{index}]"))], true);
        }

        return ([ReadTextOrPair(inputs, "inputs")], false);
    }

    private static TextInput ReadTextOrPair(JsonElement entry, string name)
    {
        if (entry.ValueKind != JsonValueKind.Array)
        {
            return new TextInput(InputReader.ReadText(entry, name));
        }

        InputReader.ThrowIfEmpty(entry, name);
        return entry.GetArrayLength() switch
        {
            1 => new TextInput(InputReader.ReadText(entry[0], $"{name}[0]")),
            2 => InputReader.Pair(InputReader.ReadString(entry[0], $"{name}[0]"), InputReader.ReadString(entry[1], $"{name}[1]"), name),
            var count => throw RequestException.Invalid(
                $"`{name}` is a list of {count}; a list is one text or the two texts of a pair. For a batch send a list of lists, such as [[\"a\"], [\"b\"], [\"c\"]]."),
        };
    }
}
