using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary><see cref="UnigramModel"/> behind words between or from spaces, as SentencePiece has them.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class UnigramEncoder(UnigramModel model, SpaceSplitter splitter, TextNormalizer? normalizer) : TextEncoder(normalizer)
{
    public override PreTokenizer PreTokenizer => splitter;

    public override void EncodeNormalized(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        UnigramScratch scratch = UnigramScratch.Current;
        int position = 0;
        while (wanted.WantsMore(ids) && splitter.TryGetNext(text, ref position, out int start))
        {
            PrepareWord(text[start..position], startsText && start == 0, scratch.Word);
            model.Encode(scratch.Word.Span, scratch, ids, spans: null);
        }

        scratch.Release();
    }

    public override void EncodeWord(ReadOnlySpan<char> word, bool startsStretch, bool startsText, List<TokenSpan> tokens)
    {
        if (word.IsEmpty)
        {
            return;
        }

        UnigramScratch scratch = UnigramScratch.Current;
        int before = tokens.Count;
        using var ids = new IdBuffer();
        int prepended = PrepareWord(word, startsStretch && startsText, scratch.Word);
        model.Encode(scratch.Word.Span, scratch, ids, tokens);
        for (int i = before; i < tokens.Count; i++)
        {
            TokenSpan token = tokens[i];
            tokens[i] = token with { Start = Math.Max(0, token.Start - prepended), End = Math.Max(0, token.End - prepended) };
        }

        scratch.Release();
    }

    /// <returns>How many characters were put before the word.</returns>
    private int PrepareWord(ReadOnlySpan<char> word, bool startsText, CharBuffer destination)
    {
        destination.Clear();
        int prepended = 0;
        if (splitter.PrependsTo(word, startsText))
        {
            destination.Append(splitter.Replacement!.Value);
            prepended = 1;
        }

        Span<char> copy = destination.Reserve(word.Length)[..word.Length];
        word.CopyTo(copy);
        LoneSurrogates.Replace(copy);
        if (splitter.Replacement is { } sign)
        {
            copy.Replace(' ', sign);
        }

        destination.Advance(word.Length);
        return prepended;
    }
}
