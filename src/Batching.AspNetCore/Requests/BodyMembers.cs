using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Batching.AspNetCore.Requests;

/// <summary>Refuses what a request asks for and the server does not know: it would be answered as if it had not been asked.</summary>
internal static class BodyMembers
{
    // A list or an object around one or two texts with their names, and as many once more, to be told what is wrong with them.
    private const int PartsOfText = 12;
    private const int PartsOfNoText = 256;

    /// <summary>Checks the names of a body's members, and of those of the objects among them that are parameters.</summary>
    /// <param name="json">The body.</param>
    /// <param name="type">What it has to be.</param>
    /// <param name="mostTexts">The most texts of a request, which a body with too many parts is told: each part takes memory.</param>
    /// <exception cref="RequestException">A name is not known, or no text, or there are too many parts.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Check(ReadOnlySequence<byte> json, JsonTypeInfo type, int mostTexts)
    {
        var reader = new Utf8JsonReader(json);
        int partsLeft = PartsOfNoText + (PartsOfText * Math.Min(mostTexts, int.MaxValue / (2 * PartsOfText)));
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            Check(ref reader, type, "", ref partsLeft);
        }

        if (partsLeft < 0)
        {
            throw RequestException.Invalid($"The body has more parts than {mostTexts} texts have, as many as the server takes of a request. Send fewer texts at a time.");
        }
    }

    /// <summary>The name of a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="of">What it is a member of.</param>
    /// <exception cref="RequestException">It is no text.</exception>
    public static string NameOf(JsonProperty member, string of)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw NoText($"`{of}`", exception);
        }
    }

    /// <summary>The refusal of a member by its name.</summary>
    public static RequestException Unknown(string path, string name, IEnumerable<string> known) => RequestException.Invalid(
        $"`{path}{Shortened(name)}` is no parameter here, and ignoring it would be an answer to another question.{NearestName.Question(name, known)} The parameters are {string.Join(", ", known.Select(of => $"`{path}{of}`"))}.");

    private static void Check(ref Utf8JsonReader reader, JsonTypeInfo type, string path, ref int partsLeft)
    {
        while (partsLeft-- >= 0 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = NameOf(ref reader, path);
            JsonPropertyInfo property = type.Properties.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal))
                ?? throw Unknown(path, name, type.Properties.Select(known => known.Name));
            reader.Read();
            JsonTypeInfo value = type.Options.GetTypeInfo(property.PropertyType);
            if (reader.TokenType == JsonTokenType.StartObject && value.Kind == JsonTypeInfoKind.Object)
            {
                Check(ref reader, value, $"{path}{name}.", ref partsLeft);
            }
            else
            {
                Skip(ref reader, ref partsLeft);
            }
        }
    }

    private static void Skip(ref Utf8JsonReader reader, ref int partsLeft)
    {
        int depth = reader.CurrentDepth;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            while (partsLeft-- >= 0 && reader.Read() && reader.CurrentDepth > depth)
            {
            }
        }
    }

    private static string NameOf(ref Utf8JsonReader reader, string path)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw NoText(path.Length > 0 ? $"`{path.TrimEnd('.')}`" : "the body", exception);
        }
    }

    private static RequestException NoText(string of, Exception exception) => RequestException.Invalid(
        $"A name in {of} is not valid Unicode: half of a surrogate pair, or bytes that are not UTF-8. Send whole characters.", exception);

    // A name may be as long as a body.
    private static string Shortened(string name) => name.Length <= 100 ? name : $"{name[..100]}...";
}
