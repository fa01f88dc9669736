using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Text to ids, for the stretches of a text between its added tokens: what differs between the kinds of tokenizers.</summary>
/// <remarks>Immutable and thread-safe. A lone surrogate counts as U+FFFD.</remarks>
/// <param name="normalizer">What is done to a stretch before it is split into words; null for nothing.</param>
internal abstract class TextEncoder(TextNormalizer? normalizer)
{
    public TextNormalizer? Normalizer => normalizer;

    /// <summary>What splits a normalized stretch into words, each of which is encoded by itself.</summary>
    public abstract PreTokenizer PreTokenizer { get; }

    /// <summary>Appends the ids of a stretch of raw text: normalizes, splits and encodes it.</summary>
    /// <param name="text">The stretch, in which added tokens are ordinary text.</param>
    /// <param name="startsText">Whether the text starts here, or the stretch follows an added token.</param>
    /// <param name="ids">Where to.</param>
    /// <param name="wanted">Which of the text's ids are wanted.</param>
    public virtual void Encode(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        if (normalizer is null)
        {
            EncodeNormalized(text, startsText, ids, wanted);
            return;
        }

        CharBuffer normalized = EncodingScratch.Current.Normalized;
        normalized.Clear();
        normalizer.Normalize(text, normalized);
        EncodeNormalized(normalized.Span, startsText, ids, wanted);
        EncodingScratch.Trim(normalized);
    }

    /// <summary>Appends the ids of a stretch of text that <see cref="Normalizer"/> has been applied to.</summary>
    /// <param name="text">The stretch.</param>
    /// <param name="startsText">Whether the text starts here, or the stretch follows an added token.</param>
    /// <param name="ids">Where to.</param>
    /// <param name="wanted">Which of the text's ids are wanted.</param>
    public abstract void EncodeNormalized(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted);

    /// <summary>The tokens of a normalized stretch, word by word, with their places in the stretch: slower, with the same ids.</summary>
    /// <param name="text">The stretch.</param>
    /// <param name="startsText">Whether the text starts here, or the stretch follows an added token.</param>
    public virtual IEnumerable<List<TokenSpan>> EncodeWords(string text, bool startsText)
    {
        bool isFirst = true;
        foreach ((int start, int length) in PreTokenizer.PreTokenize(text))
        {
            List<TokenSpan> tokens = [];
            EncodeWord(text.AsSpan(start, length), isFirst, startsText, tokens);
            for (int i = 0; i < tokens.Count; i++)
            {
                tokens[i] = tokens[i] with { Start = start + tokens[i].Start, End = start + tokens[i].End };
            }

            isFirst = false;
            yield return tokens;
        }
    }

    /// <summary>
    /// Appends the tokens of one word and their places in it: slower than <see cref="EncodeNormalized"/>, with the same ids
    /// for all words of <see cref="PreTokenizer"/> one after the other.
    /// </summary>
    /// <param name="word">The word; empty where it holds nothing but what is put before a stretch.</param>
    /// <param name="startsStretch">Whether it is the first word of a stretch, before which some tokenizers put a space.</param>
    /// <param name="startsText">Whether the stretch is the first of the text as well.</param>
    /// <param name="tokens">Where to.</param>
    public abstract void EncodeWord(ReadOnlySpan<char> word, bool startsStretch, bool startsText, List<TokenSpan> tokens);
}
