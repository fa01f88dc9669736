using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Any pre-tokenizer before any model, one after the other as Hugging Face's library runs them.</summary>
/// <remarks>Nothing is allocated per token. A stretch is split whole, however few of its tokens are wanted.</remarks>
internal sealed class ComposedEncoder(TextNormalizer? normalizer, TextPreTokenizer preTokenizer, TokenModel model) : TextEncoder(normalizer)
{
    public override PreTokenizer PreTokenizer => preTokenizer;

    public override void EncodeNormalized(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        if (!wanted.WantsMore(ids))
        {
            return;
        }

        TextPieces pieces = TextPieces.Current;
        pieces.Begin(text, startsText, keepsPlaces: false);
        preTokenizer.Apply(pieces);
        for (int i = 0; i < pieces.Count && wanted.WantsMore(ids); i++)
        {
            model.Encode(pieces[i], ids, spans: null);
        }

        pieces.Release();
    }

    public override void EncodeWord(ReadOnlySpan<char> word, bool startsStretch, bool startsText, List<TokenSpan> tokens)
    {
        using var ids = new IdBuffer();
        if (!word.IsEmpty)
        {
            model.Encode(word, ids, tokens);
        }
    }

    // What a pre-tokenizer makes of a word may not be what stands in the text, so that tokens are traced back through it.
    public override IEnumerable<List<TokenSpan>> EncodeWords(string text, bool startsText)
    {
        using var pieces = new TextPieces();
        pieces.Begin(text, startsText, keepsPlaces: true);
        preTokenizer.Apply(pieces);
        for (int i = 0; i < pieces.Count; i++)
        {
            List<TokenSpan> tokens = [];
            EncodeWord(pieces[i], startsStretch: false, startsText: false, tokens);
            for (int j = 0; j < tokens.Count; j++)
            {
                Range place = pieces.PlaceOf(i, tokens[j].Start, tokens[j].End);
                tokens[j] = tokens[j] with { Start = place.Start.Value, End = place.End.Value };
            }

            yield return tokens;
        }
    }
}
