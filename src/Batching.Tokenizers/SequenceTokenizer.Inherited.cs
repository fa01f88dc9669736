using Batching.Tokenization;
using Microsoft.ML.Tokenizers;

namespace Batching;

// What a tokenizer of Microsoft.ML.Tokenizers does: neither special tokens nor truncation.
public sealed partial class SequenceTokenizer
{
    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> source = text is null ? textSpan : text;
        if (!IsPlain(settings))
        {
            EncodeResults<EncodedToken> tokens = EncodeToTokens(text, textSpan, settings);
            return new EncodeResults<int>
            {
                Tokens = [.. tokens.Tokens.Select(token => token.Id)],
                NormalizedText = tokens.NormalizedText,
                CharsConsumed = tokens.CharsConsumed,
            };
        }

        EncodingScratch scratch = EncodingScratch.Current;
        scratch.First.Clear();
        AppendIds(source, scratch.First, WantedIds.All);
        int[] ids = scratch.First.Span.ToArray();
        scratch.Release();
        return new EncodeResults<int> { Tokens = ids, CharsConsumed = source.Length };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (!IsPlain(settings))
        {
            return EncodeToTokens(text, textSpan, settings).Tokens.Count;
        }

        EncodingScratch scratch = EncodingScratch.Current;
        scratch.First.Clear();
        AppendIds(text is null ? textSpan : text, scratch.First, WantedIds.All);
        int count = scratch.First.Count;
        scratch.Release();
        return count;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var tokens = new TokenList(vocabulary, settings);
        var stretches = new AddedTokenSplitter(rawTokens, text is null ? textSpan : text);
        while (!tokens.IsFull && stretches.MoveNext())
        {
            bool startsText = stretches.StretchStart == 0;
            string stretch = stretches.Stretch.ToString();
            stretch = settings.ConsiderNormalization && encoder.Normalizer is { } normalizer ? normalizer.Normalize(stretch) : stretch;
            var parts = new AddedTokenSplitter(normalizedTokens, stretch);
            while (!tokens.IsFull && parts.MoveNext())
            {
                AppendWords(parts.Stretch.ToString(), startsText && parts.StretchStart == 0, settings, tokens);
                tokens.Add(parts.Token, parts.TokenText);
            }

            tokens.Add(stretches.Token, stretches.TokenText);
        }

        return tokens.ToResults();
    }

    private static bool IsPlain(EncodeSettings settings) =>
        settings is { ConsiderNormalization: true, ConsiderPreTokenization: true, MaxTokenCount: int.MaxValue };

    // The words of a stretch of normalized text, of which none is an added token.
    private void AppendWords(string stretch, bool startsText, EncodeSettings settings, TokenList tokens)
    {
        int offset = tokens.AddText(stretch);
        if (!settings.ConsiderPreTokenization)
        {
            List<TokenSpan> only = [];
            encoder.EncodeWord(stretch, startsStretch: true, startsText, only);
            tokens.TryAdd(only, offset);
            return;
        }

        foreach (List<TokenSpan> word in encoder.EncodeWords(stretch, startsText))
        {
            if (!tokens.TryAdd(word, offset))
            {
                return;
            }
        }
    }
}
