using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.HuggingFace;

/// <summary>Reads <c>inputs</c> of <c>POST /</c>.</summary>
internal static class InferenceInputs
{
    /// <summary>Reads <c>inputs</c> as Hugging Face's inference API does: a text, a pair as an object, or a list of such.</summary>
    /// <exception cref="RequestException">They are something else, or empty.</exception>
    public static TextInput[] Read(JsonElement inputs, int most)
    {
        if (inputs.ValueKind != JsonValueKind.Array)
        {
            return [ReadTextOrObject(inputs, "inputs")];
        }

        InputReader.ThrowIfEmpty(inputs, "inputs");
        InputReader.ThrowIfTooMany(inputs, most);
        return [.. inputs.EnumerateArray().Select((entry, index) => ReadTextOrObject(entry, $"inputs[{index}]"))];
    }

    private static TextInput ReadTextOrObject(JsonElement entry, string name)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return new TextInput(InputReader.ReadText(entry, name));
        }

        JsonElement first = default;
        JsonElement pair = default;
        foreach (JsonProperty member in entry.EnumerateObject())
        {
            switch (BodyMembers.NameOf(member, name))
            {
                case "text":
                    first = member.Value;
                    break;
                case "text_pair":
                    pair = member.Value;
                    break;
                case var unknown:
                    throw BodyMembers.Unknown($"{name}.", unknown, ["text", "text_pair"]);
            }
        }

        string text = InputReader.ReadString(first, $"{name}.text");
        return pair.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? InputReader.Pair(text, InputReader.ReadString(pair, $"{name}.text_pair"), name)
            : new TextInput(text.Length > 0 ? text : throw InputReader.Empty($"{name}.text"));
    }
}
