using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BPE</c> model: a word's characters are symbols, and neighbours are merged by rank.</summary>
internal sealed class BytePairModel : TokenModel
{
    private const int FewSymbols = 256;

    // Of the tokenizers that are supported none has these.
    private static readonly string[] UnsupportedAffixes = ["continuing_subword_prefix", "end_of_word_suffix"];

    // Not needed where words are spelled in bytes.
    private readonly Lazy<PieceTable> tokens;

    /// <param name="vocabulary">Every token with its id.</param>
    /// <param name="merges">The merges in the order of their rank.</param>
    public BytePairModel(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<TokenMerge> merges)
        : base(vocabulary)
    {
        Merger = new WordMerger(new MergeTable(merges));
        tokens = new Lazy<PieceTable>(() => new PieceTable([.. vocabulary.Where(token => token.Key.Length > 0)]));
    }

    private BytePairModel(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<TokenMerge> merges, int? unknownTokenId)
        : this(vocabulary, merges) => UnknownTokenId = unknownTokenId;

    /// <summary>The id of a symbol that is not in the vocabulary; null drops it.</summary>
    public override int? UnknownTokenId { get; }

    /// <summary><c>fuse_unk</c>: unknown symbols side by side are one.</summary>
    public bool FusesUnknown { get; private init; }

    /// <summary><c>ignore_merges</c>: a word that is in the vocabulary is not split.</summary>
    public bool IgnoresMerges { get; private init; }

    public WordMerger Merger { get; }

    public static TokenModelSource Read(JsonSection json)
    {
        Dictionary<string, int> vocabulary = VocabularyJson.ReadOf(json);
        return new TokenModelSource(vocabulary, all => Read(json, vocabulary, all));
    }

    public override void Encode(ReadOnlySpan<char> word, IdBuffer ids, List<TokenSpan>? spans)
    {
        if (IgnoresMerges && tokens.Value.Find(PieceTable.HashOf(word), word) is >= 0 and var whole)
        {
            ids.Add(whole);
            spans?.Add(new TokenSpan(whole, 0, word.Length));
            return;
        }

        int[]? rented = null;
        Span<int> buffer = word.Length <= FewSymbols ? stackalloc int[2 * FewSymbols] : rented = ArrayPool<int>.Shared.Rent(2 * word.Length);
        Span<int> symbols = buffer[..word.Length];
        Span<int> lengths = buffer.Slice(word.Length, spans is null ? 0 : word.Length);
        List<(int Start, int End)>? places = spans is null ? null : [];
        int count = Spell(word, symbols, lengths, places);
        count = Merger.Merge(symbols[..count], spans is null ? [] : lengths[..count]);
        ids.AddRange(symbols[..count]);
        int first = 0;
        for (int i = 0; i < count && spans is not null; i++)
        {
            int end = first + lengths[i];
            spans.Add(new TokenSpan(symbols[i], places![first].Start, places[end - 1].End));
            first = end;
        }

        if (rented is not null)
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    // A symbol for each character, and its place. What is not known is dropped, or a symbol of its own, or one with its neighbours.
    private int Spell(ReadOnlySpan<char> word, Span<int> symbols, Span<int> lengths, List<(int Start, int End)>? places)
    {
        PieceTable table = tokens.Value;
        int count = 0;
        int position = 0;
        bool followsUnknown = false;
        while (position < word.Length)
        {
            int start = position;
            position += Rune.DecodeFromUtf16(word[position..], out _, out int width) == OperationStatus.Done ? width : 1;
            ReadOnlySpan<char> character = word[start..position];
            int symbol = table.Find(PieceTable.HashOf(character), character);
            bool isUnknown = symbol < 0;
            if (isUnknown && UnknownTokenId is null)
            {
                continue;
            }

            places?.Add((start, position));
            if (isUnknown && followsUnknown && FusesUnknown)
            {
                if (places is not null)
                {
                    lengths[count - 1]++;
                }

                continue;
            }

            if (places is not null)
            {
                lengths[count] = 1;
            }

            symbols[count++] = isUnknown ? UnknownTokenId!.Value : symbol;
            followsUnknown = isUnknown;
        }

        return count;
    }

    private static BytePairModel Read(JsonSection json, Dictionary<string, int> vocabulary, TokenSet all)
    {
        if (json.Number("dropout") is { } dropout && dropout > 0)
        {
            throw json.Refuse($"the 'dropout' is {dropout}, so that a text's tokens are random. Set it to null.");
        }

        if (json.Boolean("byte_fallback") == true)
        {
            throw json.Refuse($"'byte_fallback' is set, which is not supported with BPE. {SupportedTokenizers.Advice}");
        }

        foreach (string affix in UnsupportedAffixes)
        {
            if (json.String(affix) is { Length: > 0 } value)
            {
                throw json.Refuse($"the '{affix}' is '{value}', which is not supported. {SupportedTokenizers.Advice}");
            }
        }

        int? unknown = json.String("unk_token") is { } token ? all.IdOf(token, "unknown", TokenizerFiles.Tokenizer) : null;
        var merges = new List<TokenMerge>();
        foreach (JsonElement merge in json.Items("merges"))
        {
            string name = $"merges[{merges.Count}]";
            (string left, string right) = merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                ? (json.StringOf(name, merge[0]), json.StringOf(name, merge[1]))
                : TokenMerge.Parse(json.StringOf(name, merge))
                    ?? throw json.Wrong(name, merge, "two tokens with a space between");
            merges.Add(TokenMerge.Of(left, right, vocabulary) ?? throw json.Refuse(TokenMerge.Unknown(left, right, name)));
        }

        return new BytePairModel(vocabulary, merges, unknown)
        {
            FusesUnknown = json.Boolean("fuse_unk") ?? false,
            IgnoresMerges = json.Boolean("ignore_merges") ?? false,
        };
    }
}
