using System.Text.Json;

namespace Batching.AspNetCore.Requests;

/// <summary>Reads the texts of requests.</summary>
internal static class InputReader
{
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

    /// <summary>A pair, one text of which may be empty.</summary>
    /// <exception cref="RequestException">Both are.</exception>
    public static TextInput Pair(string text, string pair, string name) =>
        text.Length + pair.Length > 0 ? new TextInput(text, pair) : throw Empty(name);

    /// <summary>Refuses a list of too many texts before they are read: a body holds more of them than there is room for as strings.</summary>
    /// <exception cref="RequestException">There are too many.</exception>
    public static void ThrowIfTooMany(JsonElement list, int most)
    {
        if (list.GetArrayLength() > most)
        {
            throw RequestException.Invalid(
                $"batch size {list.GetArrayLength()} > maximum allowed batch size {most}. Send fewer texts at a time.");
        }
    }

    /// <summary>Refuses a list without texts.</summary>
    /// <exception cref="RequestException">There are none.</exception>
    public static void ThrowIfEmpty(JsonElement list, string name)
    {
        if (list.GetArrayLength() == 0)
        {
            throw Empty(name);
        }
    }

    /// <summary>The refusal of what has no text.</summary>
    public static RequestException Empty(string name) => RequestException.Empty($"`{name}` cannot be empty.");

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
}
