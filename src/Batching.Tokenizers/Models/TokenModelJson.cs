using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>Reads the <c>model</c> of <c>tokenizer.json</c> and its vocabulary.</summary>
internal static class TokenModelJson
{
    // Of byte-level tokenizers none has these.
    private static readonly string[] UnsupportedAffixes = ["continuing_subword_prefix", "end_of_word_suffix"];

    /// <summary>The vocabulary, and how to go on once all tokens are known.</summary>
    /// <exception cref="ModelLoadException">It is damaged, or of a type or with an option not supported.</exception>
    public static (IReadOnlyDictionary<string, int> Vocabulary, Func<TokenSet, TokenModelDefinition> ReadModel) Read(JsonSection json)
    {
        JsonSection model = json.Section("model") ?? throw json.Refuse("there is no 'model'. Download the file again.");

        // Older files do not name the type, and Hugging Face takes them for what they look like.
        bool looksLikeWordPiece = !model.Has("merges") && model.Has("continuing_subword_prefix");
        string? type = model.String("type") ?? (looksLikeWordPiece ? "WordPiece" : null);
        switch (type)
        {
            case "WordPiece":
                return (ReadVocabulary(model), tokens => ReadWordPiece(model, tokens));
            case "BPE":
                Dictionary<string, int> vocabulary = ReadVocabulary(model);
                return (vocabulary, tokens => ReadBytePairs(model, vocabulary, tokens));
            case "Unigram":
                (List<string> pieces, List<double> scores) = ReadPieces(model);
                var ids = new Dictionary<string, int>(StringComparer.Ordinal);
                for (int id = 0; id < pieces.Count; id++)
                {
                    ids[pieces[id]] = id;
                }

                return (ids, _ => ReadUnigram(model, pieces, scores));
            default:
                throw model.Refuse(
                    $"the model is of type '{type ?? "none"}', which is not supported; WordPiece, BPE and Unigram are. {TokenizerReader.SupportedModels}");
        }
    }

    /// <summary>Tokens as names and their ids as values.</summary>
    /// <exception cref="ModelLoadException">An id is none, or two tokens have the same.</exception>
    public static Dictionary<string, int> ReadIds(JsonSection section)
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

    private static Dictionary<string, int> ReadVocabulary(JsonSection model) =>
        ReadIds(model.Section("vocab") ?? throw model.Refuse("there is no 'vocab'. Download the file again."));

    private static TokenModelDefinition.WordPiece ReadWordPiece(JsonSection model, TokenSet tokens) => new(
        tokens.IdOf(model.String("unk_token") ?? SpecialTokenNames.Bert.Unknown, "unknown", TokenizerFiles.Tokenizer),
        model.String("continuing_subword_prefix") ?? "##",
        Math.Min(model.Int32("max_input_chars_per_word") ?? 100, int.MaxValue - 1));

    private static TokenModelDefinition.BytePairs ReadBytePairs(JsonSection model, Dictionary<string, int> vocabulary, TokenSet tokens)
    {
        if (model.Number("dropout") is { } dropout && dropout > 0)
        {
            throw model.Refuse($"the 'dropout' is {dropout}, so that a text's tokens are random. Set it to null.");
        }

        if (model.Boolean("byte_fallback") == true)
        {
            throw model.Refuse($"'byte_fallback' is set, which is not supported with BPE. {TokenizerReader.SupportedModels}");
        }

        foreach (string affix in UnsupportedAffixes)
        {
            if (model.String(affix) is { Length: > 0 } value)
            {
                throw model.Refuse($"the '{affix}' is '{value}', which is not supported. {TokenizerReader.SupportedModels}");
            }
        }

        int? unknown = model.String("unk_token") is { } token ? tokens.IdOf(token, "unknown", TokenizerFiles.Tokenizer) : null;
        var merges = new List<TokenMerge>();
        foreach (JsonElement merge in model.Items("merges"))
        {
            string name = $"merges[{merges.Count}]";
            (string left, string right) = merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                ? (model.StringOf(name, merge[0]), model.StringOf(name, merge[1]))
                : TokenMerge.Parse(model.StringOf(name, merge))
                    ?? throw model.Wrong(name, merge, "two tokens with a space between");
            merges.Add(TokenMerge.Of(left, right, vocabulary) ?? throw model.Refuse(TokenMerge.Unknown(left, right, name)));
        }

        return new TokenModelDefinition.BytePairs(
            merges, unknown, model.Boolean("fuse_unk") ?? false, model.Boolean("ignore_merges") ?? false);
    }

    private static TokenModelDefinition.Unigram ReadUnigram(JsonSection model, List<string> pieces, List<double> scores)
    {
        int unknown = model.Int32("unk_id")
            ?? throw model.Refuse("there is no 'unk_id', which names the piece of what is not in the vocabulary. Download the file again.");
        return unknown < pieces.Count
            ? new TokenModelDefinition.Unigram(pieces, scores, unknown, model.Boolean("byte_fallback") ?? false)
            : throw model.Refuse($"the 'unk_id' is {unknown}, of {pieces.Count} tokens. Download the file again.");
    }

    private static (List<string> Pieces, List<double> Scores) ReadPieces(JsonSection model)
    {
        if (!model.Has("vocab"))
        {
            throw model.Refuse("there is no 'vocab'. Download the file again.");
        }

        List<string> pieces = [];
        List<double> scores = [];
        foreach (JsonElement piece in model.Items("vocab"))
        {
            if (piece.ValueKind != JsonValueKind.Array
                || piece.GetArrayLength() != 2
                || piece[0].ValueKind != JsonValueKind.String
                || piece[1].ValueKind != JsonValueKind.Number
                || RustNumber.Read(piece[1]) is not { } score)
            {
                throw model.Wrong($"vocab[{pieces.Count}]", piece, "a token and its score, a number that a double can hold");
            }

            string text = piece[0].GetString()!;
            TokenIds.Check(pieces.Count, text, model);
            pieces.Add(text);
            scores.Add(score);
        }

        return (pieces, scores);
    }
}
