using System.Text;
using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>
/// Text to ids in one pass: normalizes, splits into words, and looks each word up, with no string in between.
/// </summary>
/// <remarks>
/// Gives what Hugging Face's BertNormalizer, BertPreTokenizer and WordPiece give one after the other. A word is
/// normalized into a small buffer and hashed on the way, so that a word that is in the vocabulary as it stands (most
/// are) costs one look-up. Immutable and thread-safe.
/// </remarks>
internal sealed class WordPieceEncoder : TextEncoder
{
    private const int AsciiCount = 128;

    // Actions from here on are not a character to append.
    private const byte FirstAction = AsciiCount;
    private const byte EndsWord = FirstAction;
    private const byte IsWord = FirstAction + 1;
    private const byte IsDropped = FirstAction + 2;

    private readonly WordPieceModel model;
    private readonly ScalarNormalizer normalizer;
    private readonly bool isOnePass;

    // Splits what is normalized already; null where this one changes nothing itself.
    private readonly WordPieceEncoder? withoutNormalizer;

    // For every ASCII character what to append to the word, or one of the actions.
    private readonly byte[] asciiActions = new byte[AsciiCount];

    // The id of every ASCII character that is a word of its own.
    private readonly int[] asciiWords = new int[AsciiCount];

    /// <summary>With the BERT normalizer, which this encoder applies on its one pass.</summary>
    public WordPieceEncoder(WordPieceModel model, ScalarNormalizer normalizer)
        : this(model, new BertNormalizer(normalizer), normalizer, isOnePass: true)
    {
        withoutNormalizer = new WordPieceEncoder(model, normalizer: (TextNormalizer?)null);
    }

    /// <summary>With another normalizer, which comes before the pass.</summary>
    public WordPieceEncoder(WordPieceModel model, TextNormalizer? normalizer)
        : this(model, normalizer, new ScalarNormalizer(NormalizerOptions.None), isOnePass: normalizer is null)
    {
    }

    private WordPieceEncoder(WordPieceModel model, TextNormalizer? whole, ScalarNormalizer normalizer, bool isOnePass)
        : base(whole)
    {
        this.model = model;
        this.normalizer = normalizer;
        this.isOnePass = isOnePass;

        Span<int> output = stackalloc int[ScalarNormalizer.LongestOutput];
        for (int c = 0; c < AsciiCount; c++)
        {
            if (normalizer.Normalize(c, output) == 0)
            {
                asciiActions[c] = IsDropped;
                continue;
            }

            ScalarProperties properties = ScalarTable.PropertiesOf(output[0]);
            if ((properties & ScalarProperties.Separator) != 0)
            {
                asciiActions[c] = EndsWord;
            }
            else if ((properties & ScalarProperties.Punctuation) != 0)
            {
                asciiActions[c] = IsWord;
                asciiWords[c] = IdOfWord([(char)output[0]]);
            }
            else
            {
                asciiActions[c] = (byte)output[0];
            }
        }
    }

    public override PreTokenizer PreTokenizer { get; } = new BertPreTokenizer();

    public override void Encode(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        if (isOnePass)
        {
            Encode(text, ids, wanted);
        }
        else
        {
            base.Encode(text, startsText, ids, wanted);
        }
    }

    public override void EncodeNormalized(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted) =>
        (withoutNormalizer ?? this).Encode(text, ids, wanted);

    public override void EncodeWord(ReadOnlySpan<char> word, bool startsStretch, bool startsText, List<TokenSpan> tokens)
    {
        using var ids = new IdBuffer();
        model.Encode(word, ids, tokens);
    }

    private void Encode(ReadOnlySpan<char> text, IdBuffer ids, WantedIds wanted)
    {
        var word = new Word(new ScalarBuffer(stackalloc char[256]));
        Span<int> output = stackalloc int[ScalarNormalizer.LongestOutput];
        int position = 0;
        while (position < text.Length && wanted.WantsMore(ids))
        {
            char c = text[position];
            if (c >= AsciiCount)
            {
                Rune.DecodeFromUtf16(text[position..], out Rune rune, out int width);
                position += width;
                AppendNormalized(ref word, output[..normalizer.Normalize(rune.Value, output)], ids);
                continue;
            }

            switch (asciiActions[c])
            {
                case EndsWord:
                    EndWord(ref word, ids);
                    position++;
                    break;
                case IsWord:
                    EndWord(ref word, ids);
                    ids.Add(asciiWords[c]);
                    position++;
                    break;
                case IsDropped:
                    position++;
                    break;
                default:
                    position += AppendAscii(ref word, text[position..]);
                    break;
            }
        }

        if (wanted.WantsMore(ids))
        {
            EndWord(ref word, ids);
        }

        word.Buffer.Dispose();
    }

    // The run of letters and digits at the start of the text, of which there is at least one.
    private int AppendAscii(ref Word word, ReadOnlySpan<char> text)
    {
        if (!word.IsAscii)
        {
            word.Buffer.EndRun();
        }

        // One scalar past the limit tells that the word is too long; the rest need not be kept.
        int kept = Math.Min(text.Length, Math.Max(0, model.MaxInputCharsPerWord + 1 - word.Scalars));
        Span<char> room = word.Buffer.Reserve(kept);
        ReadOnlySpan<byte> actions = asciiActions;
        uint hash = word.Hash;
        int count = 0;
        while (count < kept)
        {
            int c = text[count];
            byte action;
            if (c >= actions.Length || (action = actions[c]) >= FirstAction)
            {
                break;
            }

            room[count++] = (char)action;
            hash = PieceTable.Extend(hash, action);
        }

        word.Buffer.Advance(count);
        word.Hash = hash;
        word.Scalars += count;
        if (count == kept)
        {
            while (count < text.Length && text[count] < AsciiCount && asciiActions[text[count]] < FirstAction)
            {
                count++;
            }
        }

        return count;
    }

    private void AppendNormalized(ref Word word, ReadOnlySpan<int> normalized, IdBuffer ids)
    {
        foreach (int scalar in normalized)
        {
            if (scalar == ScalarNormalizer.EndOfRun)
            {
                word.Buffer.EndRun();
                continue;
            }

            ScalarProperties properties = ScalarTable.PropertiesOf(scalar);
            if ((properties & ScalarProperties.Separator) != 0)
            {
                EndWord(ref word, ids);
            }
            else if ((properties & ScalarProperties.Punctuation) != 0)
            {
                EndWord(ref word, ids);
                Append(ref word, scalar);
                EndWord(ref word, ids);
            }
            else
            {
                Append(ref word, scalar);
            }
        }
    }

    private void Append(ref Word word, int scalar)
    {
        if (word.Scalars > model.MaxInputCharsPerWord)
        {
            return;
        }

        word.IsAscii = false;
        word.Scalars++;
        if (normalizer.StripsAccents)
        {
            word.Buffer.AppendInOrder(scalar);
        }
        else
        {
            word.Buffer.Append(scalar);
        }
    }

    private void EndWord(ref Word word, IdBuffer ids)
    {
        if (word.Scalars > model.MaxInputCharsPerWord)
        {
            ids.Add(model.UnknownId);
        }
        else if (word.IsAscii)
        {
            if (word.Scalars > 0)
            {
                model.EncodeWord(word.Hash, word.Buffer.Text, ids);
            }
        }
        else
        {
            word.Buffer.EndRun();
            model.EncodeWord(PieceTable.HashOf(word.Buffer.Text), word.Buffer.Text, ids);
        }

        word.Clear();
    }

    private int IdOfWord(ReadOnlySpan<char> word)
    {
        using var ids = new IdBuffer();
        model.Encode(word, ids, spans: null);
        return ids.Span[0];
    }

    // A word in the making. Its hash is that of its text only while all of it is ASCII.
    private ref struct Word(ScalarBuffer buffer)
    {
        public ScalarBuffer Buffer = buffer;
        public uint Hash = PieceTable.EmptyHash;
        public int Scalars;
        public bool IsAscii = true;

        public void Clear()
        {
            Buffer.Clear();
            Hash = PieceTable.EmptyHash;
            Scalars = 0;
            IsAscii = true;
        }
    }
}
