using System.Text.Json;

namespace Batching.Rows.Inputs;

/// <summary>Texts in JSON objects, and sentences about what is wrong with them.</summary>
internal static class JsonTexts
{
    /// <summary>A line as a JSON object whose names are text, so that they can be looked up.</summary>
    /// <exception cref="JsonException">It is none; <see cref="Reason"/> says why.</exception>
    public static JsonDocument ParseObject(ReadOnlyMemory<byte> line)
    {
        JsonDocument document = JsonDocument.Parse(line);
        string? error = document.RootElement.ValueKind != JsonValueKind.Object ? "it is no JSON object"
            : line.Span.IndexOf("\\u"u8) >= 0 ? ErrorOfNames(document.RootElement)
            : null;
        if (error is not null)
        {
            document.Dispose();
            throw new JsonException(error);
        }

        return document;
    }

    /// <exception cref="JsonException">There is no such text; the message says why.</exception>
    public static string Required(JsonElement root, string name) => !root.TryGetProperty(name, out JsonElement value)
        ? throw new JsonException($"it has no \"{name}\"")
        : StringOf(value, name);

    /// <exception cref="JsonException">The value is no text; the message says why.</exception>
    public static string StringOf(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new JsonException($"its \"{name}\" is {Kind(value.ValueKind)} and not a string");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // An escape such as \ud83d without its other half: JSON allows it, UTF-16 does not.
            throw new JsonException($"its \"{name}\" has half of a surrogate pair", exception);
        }
    }

    /// <summary>Why a line cannot be read: our own words, or the parser's without their second, zero-based line number.</summary>
    public static string Reason(JsonException exception) => exception.BytePositionInLine is { } position
        ? $"it is not valid JSON at byte {position + 1}"
        : exception.Message;

    private static string? ErrorOfNames(JsonElement root)
    {
        try
        {
            foreach (JsonProperty property in root.EnumerateObject())
            {
                _ = property.Name;
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return "a name in it has half of a surrogate pair";
        }
    }

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "true or false",
    };
}
