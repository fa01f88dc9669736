using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary><see cref="BytePairModel"/> behind <see cref="ByteLevelPreTokenizer"/> in one pass, as GPT-2, RoBERTa, Longformer, BART and LED use them.</summary>
/// <remarks>
/// <para>
/// A word that is a token of the vocabulary as it stands, and most are, costs one look-up: whether its merges lead to that
/// token is found out the first time that it is met, and remembered. Other words are spelled in bytes and merged.
/// </para>
/// <para>Thread-safe: what is remembered of a token is one byte, and the same whoever finds it out.</para>
/// </remarks>
internal sealed class BytePairEncoder : TextEncoder
{
    // What is known of a token of the vocabulary that a word is spelled like.
    private const byte IsWhole = 1;
    private const byte IsSplit = 2;

    private const int NoSymbol = -1;
    private const int FewSymbols = 384;
    private const int FewChars = 256;

    // UTF-8 takes at most so many bytes for a UTF-16 unit.
    private const int BytesPerChar = 3;

    private readonly ByteLevelPreTokenizer preTokenizer;
    private readonly WordMerger merger;
    private readonly int[] symbolOfByte = new int[256];
    private readonly int? unknownId;
    private readonly bool fusesUnknown;
    private readonly bool ignoresMerges;

    // The tokens by the text that they spell, for those that spell whole characters.
    private readonly PieceTable tokensByText;
    private readonly byte[] wholeness;

    public BytePairEncoder(BytePairModel model, ByteLevelPreTokenizer preTokenizer, TextNormalizer? normalizer)
        : base(normalizer)
    {
        IReadOnlyDictionary<string, int> vocabulary = model.Vocabulary;
        this.preTokenizer = preTokenizer;
        merger = model.Merger;
        unknownId = model.UnknownTokenId;
        fusesUnknown = model.Options.FusesUnknown;
        ignoresMerges = model.Options.IgnoresMerges;
        for (int value = 0; value < symbolOfByte.Length; value++)
        {
            symbolOfByte[value] = vocabulary.TryGetValue(ByteAlphabet.CharOf((byte)value).ToString(), out int id) ? id : NoSymbol;
        }

        tokensByText = new PieceTable(TokensByText(vocabulary));
        wholeness = new byte[vocabulary.Values.DefaultIfEmpty(-1).Max() + 1];
    }

    public override PreTokenizer PreTokenizer => preTokenizer;

    public override void EncodeNormalized(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        int position = 0;
        if (!text.IsEmpty && wanted.WantsMore(ids) && preTokenizer.AddsSpaceBefore(text))
        {
            position = preTokenizer.LengthOfWord(text, 0, isFirst: true);
            EncodeAfterSpace(text[..position], ids);
        }

        while (position < text.Length && wanted.WantsMore(ids))
        {
            int length = preTokenizer.LengthOfWord(text, position, isFirst: false);
            EncodeWord(text.Slice(position, length), ids);
            position += length;
        }
    }

    public override void EncodeWord(ReadOnlySpan<char> word, bool startsStretch, bool startsText, List<TokenSpan> tokens)
    {
        int added = startsStretch && preTokenizer.AddsSpaceBefore(word) ? 1 : 0;
        string text = added > 0 ? $" {word}" : word.ToString();
        if (text.Length == 0)
        {
            return;
        }

        if (ignoresMerges && tokensByText.Find(PieceTable.HashOf(text), text) is >= 0 and var whole)
        {
            tokens.Add(new TokenSpan(whole, 0, word.Length));
            return;
        }

        var symbols = new int[text.Length * BytesPerChar];
        var lengths = new int[symbols.Length];
        int count = Spell(text, symbols, lengths);
        count = merger.Merge(symbols.AsSpan(0, count), lengths.AsSpan(0, count));

        // The character that each byte belongs to; a byte without a symbol is passed over.
        List<(int Start, int End)> places = [];
        Span<byte> bytes = stackalloc byte[4];
        int position = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (symbolOfByte[value] != NoSymbol || unknownId is not null)
                {
                    places.Add((Math.Max(0, position - added), position + rune.Utf16SequenceLength - added));
                }
            }

            position += rune.Utf16SequenceLength;
        }

        int start = 0;
        for (int i = 0; i < count; i++)
        {
            int end = start + lengths[i];
            tokens.Add(new TokenSpan(symbols[i], places[start].Start, places[end - 1].End));
            start = end;
        }
    }

    private static List<KeyValuePair<string, int>> TokensByText(IReadOnlyDictionary<string, int> vocabulary)
    {
        var tokens = new List<KeyValuePair<string, int>>(vocabulary.Count);
        byte[] bytes = new byte[vocabulary.Keys.Select(token => token.Length).DefaultIfEmpty().Max()];
        foreach ((string token, int id) in vocabulary)
        {
            if (token.Length > 0
                && ByteAlphabet.TryGetBytes(token, bytes)
                && Utf8.IsValid(bytes.AsSpan(0, token.Length)))
            {
                tokens.Add(KeyValuePair.Create(Encoding.UTF8.GetString(bytes, 0, token.Length), id));
            }
        }

        return tokens;
    }

    private void EncodeAfterSpace(ReadOnlySpan<char> word, IdBuffer ids)
    {
        char[]? rented = null;
        Span<char> spaced = word.Length < FewChars ? stackalloc char[FewChars] : rented = ArrayPool<char>.Shared.Rent(word.Length + 1);
        spaced[0] = ' ';
        word.CopyTo(spaced[1..]);
        EncodeWord(spaced[..(word.Length + 1)], ids);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, IdBuffer ids)
    {
        int id = tokensByText.Find(PieceTable.HashOf(word), word);
        if (id < 0)
        {
            MergeWord(word, ids);
        }
        else if (ignoresMerges || wholeness[id] == IsWhole)
        {
            ids.Add(id);
        }
        else
        {
            int before = ids.Count;
            MergeWord(word, ids);
            wholeness[id] = ids.Span[before..] is [var only] && only == id ? IsWhole : IsSplit;
        }
    }

    private void MergeWord(ReadOnlySpan<char> word, IdBuffer ids)
    {
        int[]? rented = null;
        int most = word.Length * BytesPerChar;
        Span<int> symbols = most <= FewSymbols ? stackalloc int[FewSymbols] : rented = ArrayPool<int>.Shared.Rent(most);
        int count = Spell(word, symbols, lengths: []);
        count = merger.Merge(symbols[..count], lengths: []);
        ids.AddRange(symbols[..count]);
        if (rented is not null)
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    // A symbol for each byte. A lone surrogate is spelled as U+FFFD.
    private int Spell(ReadOnlySpan<char> word, Span<int> symbols, Span<int> lengths)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = 0;
        bool followsUnknown = false;
        foreach (Rune rune in word.EnumerateRunes())
        {
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                int symbol = symbolOfByte[value];
                bool isUnknown = symbol == NoSymbol;
                if (isUnknown && unknownId is null)
                {
                    continue;
                }

                if (isUnknown && followsUnknown && fusesUnknown)
                {
                    if (!lengths.IsEmpty)
                    {
                        lengths[count - 1]++;
                    }

                    continue;
                }

                if (!lengths.IsEmpty)
                {
                    lengths[count] = 1;
                }

                symbols[count++] = isUnknown ? unknownId!.Value : symbol;
                followsUnknown = isUnknown;
            }
        }

        return count;
    }
}
