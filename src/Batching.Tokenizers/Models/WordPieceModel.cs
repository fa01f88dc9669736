using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>WordPiece</c> model: a word is the longest pieces of the vocabulary one after the other, or unknown.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private const string DefaultPrefix = "##";
    private const int DefaultMaxInputCharsPerWord = 100;

    private readonly int[] lengths;
    private readonly int prefixLength;

    /// <param name="ids">Every token with its id; ids may have gaps.</param>
    /// <param name="unknownTokenId">The id of a word that cannot be split.</param>
    /// <param name="continuingPrefix">Marks a piece that goes on with a word, such as <c>##</c>.</param>
    /// <param name="maxInputCharsPerWord">A word of more scalars is unknown.</param>
    public WordPieceModel(
        IReadOnlyDictionary<string, int> ids,
        int unknownTokenId,
        string continuingPrefix = DefaultPrefix,
        int maxInputCharsPerWord = DefaultMaxInputCharsPerWord)
        : base(ids)
    {
        UnknownId = unknownTokenId;
        MaxInputCharsPerWord = maxInputCharsPerWord;
        prefixLength = continuingPrefix.Length;
        lengths = new int[ids.Values.DefaultIfEmpty(-1).Max() + 1];
        foreach ((string token, int id) in ids)
        {
            lengths[id] = token.Length;
        }

        Initial = new PieceTable([.. ids.Where(token => token.Key.Length > 0)]);
        Continuing = new PieceTable([.. ids
            .Where(token => token.Key.Length > prefixLength && token.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
            .Select(token => KeyValuePair.Create(token.Key[prefixLength..], token.Value))]);
    }

    public override int? UnknownTokenId => UnknownId;

    /// <summary>The id of a word that cannot be split.</summary>
    public int UnknownId { get; }

    public int MaxInputCharsPerWord { get; }

    // The pieces that may begin a word.
    private PieceTable Initial { get; }

    // The pieces that may go on with a word, without their prefix.
    private PieceTable Continuing { get; }

    public static TokenModelSource Read(JsonSection json)
    {
        Dictionary<string, int> vocabulary = VocabularyJson.ReadOf(json);
        return new TokenModelSource(vocabulary, tokens => new WordPieceModel(
            vocabulary,
            tokens.IdOf(json.String("unk_token") ?? SpecialTokenNames.Bert.Unknown, "unknown", TokenizerFiles.Tokenizer),
            json.String("continuing_subword_prefix") ?? DefaultPrefix,
            Math.Min(json.Int32("max_input_chars_per_word") ?? DefaultMaxInputCharsPerWord, int.MaxValue - 1)));
    }

    public override void Encode(ReadOnlySpan<char> word, IdBuffer ids, List<TokenSpan>? spans)
    {
        int before = ids.Count;
        int scalars = 0;
        foreach (Rune _ in word.EnumerateRunes())
        {
            scalars++;
        }

        if (scalars > MaxInputCharsPerWord)
        {
            ids.Add(UnknownId);
        }
        else if (!word.IsEmpty)
        {
            EncodeWord(PieceTable.HashOf(word), word, ids);
        }

        if (spans is not null)
        {
            AddSpans(word, ids.Span[before..], spans);
        }
    }

    /// <summary>Appends the ids of a word that is not too long.</summary>
    /// <param name="hash">The hash of <paramref name="word"/>.</param>
    /// <param name="word">The word, not empty.</param>
    /// <param name="ids">Where to.</param>
    public void EncodeWord(uint hash, ReadOnlySpan<char> word, IdBuffer ids)
    {
        int id = Initial.Find(hash, word);
        if (id >= 0)
        {
            ids.Add(id);
        }
        else
        {
            EncodePieces(word, ids);
        }
    }

    private void EncodePieces(ReadOnlySpan<char> word, IdBuffer ids)
    {
        int before = ids.Count;
        PieceTable table = Initial;
        Span<uint> hashes = stackalloc uint[64];
        while (!word.IsEmpty)
        {
            int longest = Math.Min(word.Length, table.LongestPiece);
            if (longest > hashes.Length)
            {
                hashes = new uint[longest];
            }

            uint hash = PieceTable.EmptyHash;
            for (int i = 0; i < longest; i++)
            {
                hashes[i] = hash = PieceTable.Extend(hash, word[i]);
            }

            int length = longest;
            int id = -1;
            while (length > 0 && (id = table.Find(hashes[length - 1], word[..length])) < 0)
            {
                length--;
            }

            if (id < 0)
            {
                // One piece that is not in the vocabulary makes the whole word unknown.
                ids.CutTo(before);
                ids.Add(UnknownId);
                return;
            }

            ids.Add(id);
            word = word[length..];
            table = Continuing;
        }
    }

    private void AddSpans(ReadOnlySpan<char> word, ReadOnlySpan<int> ids, List<TokenSpan> spans)
    {
        if (ids is [var only])
        {
            spans.Add(new TokenSpan(only, 0, word.Length));
            return;
        }

        // Of several pieces none is unknown.
        int start = 0;
        foreach (int id in ids)
        {
            int end = start + lengths[id] - (start > 0 ? prefixLength : 0);
            spans.Add(new TokenSpan(id, start, end));
            start = end;
        }
    }
}
