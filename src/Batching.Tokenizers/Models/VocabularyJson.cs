using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>Reads a vocabulary that is written as an object.</summary>
internal static class VocabularyJson
{
    /// <summary>The <c>vocab</c> of a model.</summary>
    /// <exception cref="ModelLoadException">There is none, an id is none, or two tokens have the same.</exception>
    public static Dictionary<string, int> ReadOf(JsonSection model) =>
        Read(model.Section("vocab") ?? throw model.Refuse("there is no 'vocab'. Download the file again."));

    /// <summary>Tokens as names and their ids as values.</summary>
    /// <exception cref="ModelLoadException">An id is none, or two tokens have the same.</exception>
    public static Dictionary<string, int> Read(JsonSection section)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string token, JsonElement id) in section.Properties())
        {
            ids[token] = TokenIds.Check(section.Int32Of(token, id), token, section);
        }

        var tokens = new Dictionary<int, string>(ids.Count);
        foreach ((string token, int id) in ids)
        {
            if (!tokens.TryAdd(id, token))
            {
                throw section.Refuse($"the tokens '{tokens[id]}' and '{token}' have the same id, {id}. Download the file again.");
            }
        }

        return ids;
    }
}
