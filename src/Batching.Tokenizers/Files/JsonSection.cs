using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>A JSON object of a model's file; what is not as it should be is reported by file and by path in the file.</summary>
internal readonly struct JsonSection
{
    private readonly JsonElement element;
    private readonly string file;
    private readonly string path;

    private JsonSection(JsonElement element, string file, string path)
    {
        this.element = element;
        this.file = file;
        this.path = path;
    }

    /// <summary>The file's root object, or null where there is no such file.</summary>
    /// <exception cref="ModelLoadException">The file is not a JSON object.</exception>
    public static JsonSection? Read(ModelFolder folder, string name)
    {
        byte[]? bytes = folder.Read(name);
        if (bytes is null)
        {
            return null;
        }

        string source = folder.PathOf(name);
        try
        {
            // The byte order mark that some editors write is not JSON.
            ReadOnlyMemory<byte> json = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
            CheckTexts(json.Span);
            var root = new JsonSection(JsonDocument.Parse(json).RootElement, source, "");
            return root.element.ValueKind == JsonValueKind.Object ? root : throw root.Wrong(root.element, "an object");
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException(
                $"'{source}' is damaged: it is not JSON ({Shortened(exception.Message)}) Download the file again.", source, exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelLoadException(
                $"'{source}' is damaged: a text in it is not valid Unicode. Download the file again.", source, exception);
        }
    }

    /// <summary>The properties in the order of the file.</summary>
    public IEnumerable<(string Name, JsonElement Value)> Properties()
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            yield return (property.Name, property.Value);
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public JsonSection? Section(string name) => Find(name) is { } value ? AsSection(value, Below(name)) : null;

    /// <summary>The object of that name; null where there is something else, or nothing.</summary>
    public JsonSection? SectionOrNothing(string name) => Find(name) is { ValueKind: JsonValueKind.Object } value ? AsSection(value, Below(name)) : null;

    public IEnumerable<JsonSection> Sections(string name)
    {
        int index = 0;
        foreach (JsonElement item in Items(name))
        {
            yield return AsSection(item, $"{Below(name)}[{index++}]");
        }
    }

    /// <summary>The items of an array of anything; none where there is no such array.</summary>
    public IEnumerable<JsonElement> Items(string name) => Find(name) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(name, value, "an array");

    public string? String(string name) => Find(name) is { } value ? StringOf(name, value) : null;

    public string StringOf(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, value, "a string");

    /// <summary>A name, which may be written as a number or as true or false: then it is what the file says, letter for letter.</summary>
    public string NameOf(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw Wrong(name, value, "a string"),
    };

    public bool? Boolean(string name) => Find(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, value, "true or false"),
    };

    public int? Int32(string name, int least = 0) => Find(name) is { } value ? Int32Of(name, value, least) : null;

    public int Int32Of(string name, JsonElement value, int least = 0) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least
            ? number
            : throw Wrong(name, value, $"a whole number from {least} to {int.MaxValue}");

    /// <summary>A whole number, or several in an array; none where there is no such property.</summary>
    public IReadOnlyList<int> Int32s(string name, int least = 0)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [Int32Of(name, value, least)];
        }

        var numbers = new int[value.GetArrayLength()];
        for (int index = 0; index < numbers.Length; index++)
        {
            numbers[index] = Int32Of($"{name}[{index}]", value[index], least);
        }

        return numbers;
    }

    /// <summary>A number of any size, such as the 1e30 that Hugging Face writes for "no limit".</summary>
    public double? Number(string name) => Find(name) is { } value ? NumberOf(name, value) : null;

    public double NumberOf(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(name, value, "a number");

    /// <summary>A token written as a string or, as older files do, as an object with a <c>content</c>.</summary>
    public string? Token(string name) => Find(name) is { ValueKind: JsonValueKind.Object } value
        ? AsSection(value, Below(name)).String("content")
        : String(name);

    /// <summary>Tokens, each a string or an object with a <c>content</c>, in an array or under names; none where there is nothing.</summary>
    public IReadOnlyList<(string Content, JsonSection? Options)> Tokens(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        JsonSection self = this;
        return value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Select((item, index) => self.TokenOf($"{name}[{index}]", item))],
            JsonValueKind.Object => [.. value.EnumerateObject().Select(item => self.TokenOf($"{name}.{item.Name}", item.Value))],
            _ => throw Wrong(name, value, "tokens"),
        };
    }

    /// <summary>A token and its id, such as <c>["[SEP]", 102]</c>.</summary>
    public (string Token, int Id)? TokenAndId(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2
            ? (StringOf($"{name}[0]", value[0]), Int32Of($"{name}[1]", value[1]))
            : throw Wrong(name, value, "a token and its id");

    /// <summary>Says that this object, or one of its properties, cannot be used.</summary>
    public ModelLoadException Refuse(string what) =>
        new($"In '{file}'{(path.Length == 0 ? "" : $", '{path}'")}: {what}", file);

    /// <summary>Says that a property, or an item below it, is of a wrong kind.</summary>
    public ModelLoadException Wrong(string name, JsonElement value, string wanted) =>
        new JsonSection(value, file, Below(name)).Wrong(value, wanted);

    // A word that is none is quoted to the end of the file.
    private static string Shortened(string message) => message.Length <= 300 ? message : $"{message[..100]}...{message[^180..]}";

    // What is read without this throws where it is looked at, far from here.
    private static void CheckTexts(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
            {
                reader.GetString();
            }
        }
    }

    private (string Content, JsonSection? Options) TokenOf(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return (StringOf(name, value), null);
        }

        JsonSection token = AsSection(value, Below(name));
        return (token.String("content") ?? throw token.Refuse("the token has no 'content'. Download the file again."), token);
    }

    // JSON's null is the same as no property at all, as in Hugging Face.
    private JsonElement? Find(string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonSection AsSection(JsonElement value, string at) => value.ValueKind == JsonValueKind.Object
        ? new JsonSection(value, file, at)
        : throw new JsonSection(value, file, at).Wrong(value, "an object");

    private string Below(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private ModelLoadException Wrong(JsonElement value, string wanted)
    {
        string found = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            _ => value.GetRawText(),
        };
        string shown = found.Length <= 40 ? found : $"{found[..40]}...";
        return Refuse($"found {shown}, expected {wanted}. Download the file again or correct it.");
    }
}
