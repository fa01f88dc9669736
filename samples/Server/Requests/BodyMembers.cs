using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Server.Settings;

namespace Server.Requests;

/// <summary>Refuses what a request asks for and the server does not know: it would be answered as if it had not been asked.</summary>
internal static class BodyMembers
{
    /// <summary>Checks the names of a body's members, and of those of the objects among them that are parameters.</summary>
    /// <exception cref="RequestException">A name is not known, or no text.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Check(ReadOnlySequence<byte> json, JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(json);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            Check(ref reader, type, "");
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

    private static void Check(ref Utf8JsonReader reader, JsonTypeInfo type, string path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = NameOf(ref reader, path);
            JsonPropertyInfo property = type.Properties.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal))
                ?? throw Unknown(path, name, type.Properties.Select(known => known.Name));
            reader.Read();
            JsonTypeInfo value = type.Options.GetTypeInfo(property.PropertyType);
            if (reader.TokenType == JsonTokenType.StartObject && value.Kind == JsonTypeInfoKind.Object)
            {
                Check(ref reader, value, $"{path}{name}.");
            }
            else
            {
                reader.Skip();
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
