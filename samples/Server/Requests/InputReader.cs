using System.Text.Json;
using Batching;

namespace Server.Requests;

/// <summary>Reads the texts of requests.</summary>
internal static class InputReader
{
    /// <summary>Reads <c>inputs</c> as text-embeddings-inference does: a text, one text or one pair in a list, or a list of such lists.</summary>
    /// <returns>The texts, and whether they are a batch, which is answered by a list of lists.</returns>
    /// <exception cref="RequestException">They are something else, or empty.</exception>
    public static (TextInput[] Inputs, bool IsBatch) ReadPredictInputs(JsonElement inputs)
    {
        if (inputs.ValueKind == JsonValueKind.Array && inputs.GetArrayLength() > 0 && inputs[0].ValueKind == JsonValueKind.Array)
        {
            return ([.. inputs.EnumerateArray().Select((entry, index) => ReadTextOrPair(entry, $"inputs[{index}]"))], true);
        }

        return ([ReadTextOrPair(inputs, "inputs")], false);
    }

    /// <summary>Reads <c>inputs</c> as Hugging Face's inference API does: a text, a pair as an object, or a list of such.</summary>
    /// <exception cref="RequestException">They are something else, or empty.</exception>
    public static TextInput[] ReadInferenceInputs(JsonElement inputs)
    {
        if (inputs.ValueKind != JsonValueKind.Array)
        {
            return [ReadTextOrObject(inputs, "inputs")];
        }

        ThrowIfEmpty(inputs, "inputs");
        return [.. inputs.EnumerateArray().Select((entry, index) => ReadTextOrObject(entry, $"inputs[{index}]"))];
    }

    /// <summary>Reads a text, or a list of texts.</summary>
    /// <exception cref="RequestException">It is something else, or empty.</exception>
    public static string[] ReadTexts(JsonElement texts, string name)
    {
        if (texts.ValueKind != JsonValueKind.Array)
        {
            return [ReadText(texts, name)];
        }

        ThrowIfEmpty(texts, name);
        return [.. texts.EnumerateArray().Select((entry, index) => ReadText(entry, $"{name}[{index}]"))];
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="RequestException">It is something else, or empty.</exception>
    public static string ReadText(JsonElement text, string name)
    {
        string value = ReadString(text, name);
        return value.Length > 0 ? value : throw Empty(name);
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

        string text = ReadString(Member("text"), $"{name}.text");
        return entry.TryGetProperty("text_pair", out JsonElement pair) && pair.ValueKind != JsonValueKind.Null
            ? Pair(text, ReadString(pair, $"{name}.text_pair"), name)
            : new TextInput(text.Length > 0 ? text : throw Empty($"{name}.text"));

        JsonElement Member(string member) => entry.TryGetProperty(member, out JsonElement value) ? value : default;
    }

    // One text of a pair may be empty.
    private static TextInput Pair(string text, string pair, string name) =>
        text.Length + pair.Length > 0 ? new TextInput(text, pair) : throw Empty(name);

    private static string ReadString(JsonElement text, string name)
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

    private static void ThrowIfEmpty(JsonElement list, string name)
    {
        if (list.GetArrayLength() == 0)
        {
            throw Empty(name);
        }
    }

    private static RequestException Empty(string name) => RequestException.Empty($"`{name}` cannot be empty.");
}
