using System.Buffers;
using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BPE</c> model: a word's characters are symbols, and neighbours are merged by rank.</summary>
internal sealed class BytePairModel : TokenModel
{
    private const int FewSymbols = 256;

    // Not needed where words are spelled in bytes.
    private readonly Lazy<PieceTable> tokens;
    private readonly Lazy<BytePairSpelling> spelling;

    /// <param name="vocabulary">Every token with its id.</param>
    /// <param name="merges">The merges in the order of their rank.</param>
    /// <param name="options">How words are spelled; null for every option's default.</param>
    public BytePairModel(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<TokenMerge> merges, BytePairOptions? options = null)
        : this(vocabulary, new WordMerger(new MergeTable(merges)), options ?? new BytePairOptions())
    {
    }

    private BytePairModel(IReadOnlyDictionary<string, int> vocabulary, WordMerger merger, BytePairOptions options)
        : base(vocabulary)
    {
        Options = options;
        Merger = merger;
        tokens = new Lazy<PieceTable>(() => new PieceTable([.. vocabulary.Where(token => token.Key.Length > 0)]));
        spelling = new Lazy<BytePairSpelling>(() => new BytePairSpelling(vocabulary, Options));
    }

    public override int? UnknownTokenId => Options.UnknownTokenId;

    public BytePairOptions Options { get; }

    public WordMerger Merger { get; }

    public static TokenModelSource Read(JsonSection json)
    {
        Dictionary<string, int> vocabulary = VocabularyJson.ReadOf(json);
        return new TokenModelSource(vocabulary, _ => Read(json, vocabulary));
    }

    /// <summary>The same model with other options, which leave its merges as they are.</summary>
    public BytePairModel With(BytePairOptions options) => new(Vocabulary, Merger, options);

    public override void Encode(ReadOnlySpan<char> word, IdBuffer ids, List<TokenSpan>? spans)
    {
        if (Options.IgnoresMerges && tokens.Value.Find(PieceTable.HashOf(word), word) is >= 0 and var whole)
        {
            ids.Add(whole);
            spans?.Add(new TokenSpan(whole, 0, word.Length));
            return;
        }

        int[]? rented = null;
        int most = spelling.Value.MostSymbols(word.Length);
        Span<int> buffer = most <= FewSymbols ? stackalloc int[2 * FewSymbols] : rented = ArrayPool<int>.Shared.Rent(checked(2 * most));
        try
        {
            List<(int Start, int End)>? places = spans is null ? null : [];
            int count = spelling.Value.Spell(word, buffer[..most], places);
            Span<int> lengths = buffer.Slice(most, spans is null ? 0 : count);
            lengths.Fill(1);
            count = Merger.Merge(buffer[..count], lengths);
            HideSymbols(buffer[..count]);
            ids.AddRange(buffer[..count]);
            int first = 0;
            for (int i = 0; i < count && spans is not null; i++)
            {
                int end = first + lengths[i];
                spans.Add(new TokenSpan(buffer[i], places![first].Start, places[end - 1].End));
                first = end;
            }
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<int>.Shared.Return(rented);
            }
        }
    }

    private void HideSymbols(Span<int> symbols)
    {
        for (int i = 0; i < symbols.Length && Options.HiddenFrom != int.MaxValue; i++)
        {
            symbols[i] = symbols[i] < Options.HiddenFrom ? symbols[i] : Options.UnknownTokenId ?? symbols[i];
        }
    }

    private static BytePairModel Read(JsonSection json, Dictionary<string, int> vocabulary)
    {
        if (json.Number("dropout") is { } dropout && dropout > 0)
        {
            throw json.Refuse($"the 'dropout' is {dropout}, so that a text's tokens are random. Set it to null.");
        }

        string? unknown = json.String("unk_token");
        var options = new BytePairOptions
        {
            UnknownToken = unknown,
            UnknownTokenId = unknown is not null && vocabulary.TryGetValue(unknown, out int id) ? id : null,
            FusesUnknown = json.Boolean("fuse_unk") ?? false,
            FallsBackToBytes = json.Boolean("byte_fallback") ?? false,
            IgnoresMerges = json.Boolean("ignore_merges") ?? false,
            ContinuingPrefix = json.String("continuing_subword_prefix") ?? "",
            EndOfWordSuffix = json.String("end_of_word_suffix") ?? "",
        };
        var merges = new List<TokenMerge>();
        foreach (JsonElement merge in json.Items("merges"))
        {
            string name = $"merges[{merges.Count}]";
            (string left, string right) = merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                ? (json.StringOf(name, merge[0]), json.StringOf(name, merge[1]))
                : TokenMerge.Parse(json.StringOf(name, merge))
                    ?? throw json.Wrong(name, merge, "two tokens with a space between");
            merges.Add(TokenMerge.Of(left, right, vocabulary, options.ContinuingPrefix) ?? throw json.Refuse(TokenMerge.Unknown(left, right, name)));
        }

        return new BytePairModel(vocabulary, merges, options);
    }
}
