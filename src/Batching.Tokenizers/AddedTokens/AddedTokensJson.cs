namespace Batching.Tokenization;

/// <summary>Reads the <c>added_tokens</c> of <c>tokenizer.json</c>.</summary>
internal static class AddedTokensJson
{
    /// <exception cref="ModelLoadException">A token is damaged.</exception>
    public static IReadOnlyList<AddedToken> Read(JsonSection json, IReadOnlyDictionary<string, int> vocabulary)
    {
        var tokens = new OrderedDictionary<string, AddedToken>(StringComparer.Ordinal);
        int nextId = vocabulary.Count;
        foreach (JsonSection section in json.Sections("added_tokens"))
        {
            if (ReadOne(section) is not { } token)
            {
                continue;
            }

            // Hugging Face does not use the id of the file: a token of the vocabulary keeps its own, the others are counted on.
            // Of a token that comes twice the latter counts.
            int id = vocabulary.TryGetValue(token.Content, out int known) ? known
                : tokens.TryGetValue(token.Content, out AddedToken? before) ? before.Id
                : nextId;
            nextId = Math.Max(nextId, id + 1);
            tokens[token.Content] = token with { Id = id };
        }

        return [.. tokens.Values];
    }

    // An empty one is none.
    private static AddedToken? ReadOne(JsonSection token)
    {
        string content = token.String("content") ?? throw token.Refuse("the added token has no 'content'. Download the file again.");
        if (content.Length == 0)
        {
            return null;
        }

        int id = token.Int32("id") ?? throw token.Refuse($"the added token '{content}' has no 'id'. Download the file again.");
        return new AddedToken(
            content,
            TokenIds.Check(id, content, token),
            token.Boolean("special") ?? false,
            token.Boolean("single_word") ?? false,
            token.Boolean("lstrip") ?? false,
            token.Boolean("rstrip") ?? false,
            token.Boolean("normalized") ?? false);
    }
}
