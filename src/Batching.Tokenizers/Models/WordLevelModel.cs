namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>WordLevel</c> model: a word is a token of the vocabulary, or unknown.</summary>
internal sealed class WordLevelModel : TokenModel
{
    private const string DefaultUnknown = "<unk>";

    private readonly PieceTable tokens;
    private readonly string unknownToken;

    public WordLevelModel(IReadOnlyDictionary<string, int> vocabulary, string unknownToken)
        : base(vocabulary)
    {
        this.unknownToken = unknownToken;
        UnknownTokenId = vocabulary.TryGetValue(unknownToken, out int id) ? id : null;
        tokens = new PieceTable([.. vocabulary.Where(token => token.Key.Length > 0)]);
    }

    public override int? UnknownTokenId { get; }

    public static TokenModelSource Read(JsonSection json)
    {
        Dictionary<string, int> vocabulary = VocabularyJson.ReadOf(json);
        return new TokenModelSource(vocabulary, _ => new WordLevelModel(vocabulary, json.String("unk_token") ?? DefaultUnknown));
    }

    public override void Encode(ReadOnlySpan<char> word, IdBuffer ids, List<TokenSpan>? spans)
    {
        int known = tokens.Find(PieceTable.HashOf(word), word);
        int id = known >= 0 ? known : UnknownTokenId ?? throw UnknownText.In(word, unknownToken);
        ids.Add(id);
        spans?.Add(new TokenSpan(id, 0, word.Length));
    }
}
