using System.Text.Json;
using Batching;

namespace Server.Requests;

/// <summary>Reads the texts of requests.</summary>
internal static class InputReader
{
    /// <summary>Reads <c>inputs</c> as text-embeddings-inference does: a text, one text or one pair in a list, or a list of such lists.</summary>
    /// <returns>The texts, and whether they are a batch, which is answered by a list of lists.</returns>
    /// <exception cref="RequestException">They are something else, or empty.</exception>
    public static (TextInput[] Inputs, bool IsBatch) ReadPredictInputs(JsonElement inputs, int most)
    {
        if (inputs.ValueKind == JsonValueKind.Array && inputs.GetArrayLength() > 0 && inputs[0].ValueKind == JsonValueKind.Array)
        {
            ThrowIfTooMany(inputs, most);
            return ([.. inputs.EnumerateArray().Select((entry, index) => ReadTextOrPair(entry, $"inputs[{index}]"))], true);
        }

        return ([ReadTextOrPair(inputs, "inputs")], false);
    }

    /// <summary>Reads <c>inputs</c> as Hugging Face's inference API does: a text, a pair as an object, or a list of such.</summary>
    /// <exception cref="RequestException">They are something else, or empty.</exception>
    public static TextInput[] ReadInferenceInputs(JsonElement inputs, int most)
    {
        if (inputs.ValueKind != JsonValueKind.Array)
        {
            return [ReadTextOrObject(inputs, "inputs")];
        }

        ThrowIfEmpty(inputs, "inputs");
        ThrowIfTooMany(inputs, most);
        return [.. inputs.EnumerateArray().Select((entry, index) => ReadTextOrObject(entry, $"inputs[{index}]"))];
    }

    /// <summary>Reads a text, or a list of texts, none of which is empty.</summary>
    /// <exception cref="RequestException">It is something else, or empty.</exception>
    public static string[] ReadTexts(JsonElement texts, string name, int most) => ReadList(texts, name, most, ReadText);

    /// <summary>Reads a text, or a list of texts, each of which may be empty: beside the other text of its pair.</summary>
    /// <exception cref="RequestException">It is something else, or an empty list.</exception>
    public static string[] ReadAnyTexts(JsonElement texts, string name, int most) => ReadList(texts, name, most, ReadString);

    /// <summary>Reads a text.</summary>
    /// <exception cref="RequestException">It is something else, or empty.</exception>
    public static string ReadText(JsonElement text, string name)
    {
        string value = ReadString(text, name);
        return value.Length > 0 ? value : throw Empty(name);
    }

    /// <summary>Reads a text, which may be empty.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public static string ReadString(JsonElement text, string name)
    {
        if (text.ValueKind != JsonValueKind.String)
        {
            string found = text.ValueKind == JsonValueKind.Undefined ? "is missing" : $"is of the kind {text.ValueKind}";
            throw RequestException.Invalid($"`{name}` {found}; it has to be a text: a JSON string.");
        }

        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw RequestException.Invalid($"`{name}` is not valid Unicode: half of a surrogate pair, or bytes that are not UTF-8. Send whole characters.", exception);
        }
    }

    private static string[] ReadList(JsonElement texts, string name, int most, Func<JsonElement, string, string> read)
    {
        if (texts.ValueKind != JsonValueKind.Array)
        {
            return [read(texts, name)];
        }

        ThrowIfEmpty(texts, name);
        ThrowIfTooMany(texts, most);
        return [.. texts.EnumerateArray().Select((entry, index) => read(entry, $"{name}[{index}]"))];
    }

    private static TextInput ReadTextOrPair(JsonElement entry, string name)
    {
        if (entry.ValueKind != JsonValueKind.Array)
        {
            return new TextInput(ReadText(entry, name));
        }

        ThrowIfEmpty(entry, name);
        return entry.GetArrayLength() switch
        {
            1 => new TextInput(ReadText(entry[0], $"{name}[0]")),
            2 => Pair(ReadString(entry[0], $"{name}[0]"), ReadString(entry[1], $"{name}[1]"), name),
            var count => throw RequestException.Invalid(
                $"`{name}` is a list of {count}; a list is one text or the two texts of a pair. For a batch send a list of lists, such as [[\"a\"], [\"b\"], [\"c\"]]."),
        };
    }

    private static TextInput ReadTextOrObject(JsonElement entry, string name)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return new TextInput(ReadText(entry, name));
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

        string text = ReadString(first, $"{name}.text");
        return pair.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? Pair(text, ReadString(pair, $"{name}.text_pair"), name)
            : new TextInput(text.Length > 0 ? text : throw Empty($"{name}.text"));
    }

    // One text of a pair may be empty.
    private static TextInput Pair(string text, string pair, string name) =>
        text.Length + pair.Length > 0 ? new TextInput(text, pair) : throw Empty(name);

    // Before the texts are read: a body holds more of them than it has room for as strings.
    private static void ThrowIfTooMany(JsonElement list, int most)
    {
        if (list.GetArrayLength() > most)
        {
            throw RequestException.Invalid(
                $"batch size {list.GetArrayLength()} > maximum allowed batch size {most}. Send fewer texts at a time.");
        }
    }

    private static void ThrowIfEmpty(JsonElement list, string name)
    {
        if (list.GetArrayLength() == 0)
        {
            throw Empty(name);
        }
    }

    private static RequestException Empty(string name) => RequestException.Empty($"`{name}` cannot be empty.");
}
