namespace Batching.Tokenization;

/// <summary>Reads the <c>added_tokens</c> of <c>tokenizer.json</c>.</summary>
internal static class AddedTokensJson
{
    /// <exception cref="ModelLoadException">A token is damaged, is there twice, or has another id than Hugging Face gives it.</exception>
    public static IReadOnlyList<AddedToken> Read(JsonSection json, IReadOnlyDictionary<string, int> vocabulary)
    {
        var contents = new HashSet<string>(StringComparer.Ordinal);
        var tokens = new List<AddedToken>();
        int nextId = vocabulary.Count;
        foreach (JsonSection section in json.Sections("added_tokens"))
        {
            AddedToken token = ReadOne(section);
            if (!contents.Add(token.Content))
            {
                throw section.Refuse($"the added token '{token.Content}' is there twice. Remove one of the two.");
            }

            // Hugging Face does not use the id of the file: a token of the vocabulary keeps its own, the others are counted on.
            int id = vocabulary.TryGetValue(token.Content, out int known) ? known : nextId;
            if (token.Id != id)
            {
                throw section.Refuse($"the added token '{token.Content}' has the id {token.Id}, but comes out as {id} in Hugging Face's library. Correct the file.");
            }

            nextId = Math.Max(nextId, id + 1);
            tokens.Add(token);
        }

        return tokens;
    }

    private static AddedToken ReadOne(JsonSection token)
    {
        string content = token.String("content") ?? throw token.Refuse("the added token has no 'content'. Download the file again.");
        if (content.Length == 0)
        {
            throw token.Refuse("the added token is empty. Remove it from the file.");
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
