using System.Diagnostics;

namespace Batching.Tokenization;

/// <summary>Makes the parts of a tokenizer from their definitions.</summary>
internal static class TokenizerParts
{
    public static TextEncoder CreateEncoder(TokenizerDefinition definition)
    {
        NormalizerDefinition? normalizer = definition.Normalizer;
        switch (definition.Model, definition.PreTokenizer)
        {
            case (TokenModelDefinition.WordPiece model, PreTokenizerDefinition.Bert):
                var vocabulary = new WordPieceVocabulary(
                    definition.Vocabulary, model.UnknownTokenId, model.ContinuingPrefix, model.MaxInputCharsPerWord);
                return normalizer is null or NormalizerDefinition.Bert
                    ? new WordPieceEncoder(
                        vocabulary, new ScalarNormalizer((normalizer as NormalizerDefinition.Bert)?.Options ?? NormalizerOptions.None))
                    : new WordPieceEncoder(vocabulary, CreateNormalizer(normalizer));
            case (TokenModelDefinition.BytePairs model, PreTokenizerDefinition.ByteLevel preTokenizer):
                return new BytePairEncoder(
                    definition.Vocabulary,
                    model,
                    new ByteLevelPreTokenizer(preTokenizer.AddPrefixSpace, preTokenizer.UseRegex),
                    CreateNormalizer(normalizer));
            case (TokenModelDefinition.Unigram model, _):
                return new UnigramEncoder(model, definition.PreTokenizer, CreateNormalizer(normalizer));
            default:
                throw new UnreachableException($"{definition.Model} does not go with {definition.PreTokenizer}.");
        }
    }

    /// <summary>The added tokens that are found in the raw text, and those that are found in the normalized text.</summary>
    /// <exception cref="ModelLoadException">Nothing is left of a token once it is normalized, or two become the same.</exception>
    public static (AddedTokenSet? Raw, AddedTokenSet? Normalized) CreateAddedTokens(TokenizerDefinition definition, TextNormalizer? normalizer)
    {
        List<(string, AddedToken)> raw = [];
        var normalized = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (AddedToken token in definition.AddedTokens)
        {
            if (!token.IsNormalized)
            {
                raw.Add((token.Content, token));
                continue;
            }

            string spelling = normalizer?.Normalize(token.Content) ?? token.Content;
            if (spelling.Length == 0)
            {
                throw Refuse($"nothing is left of the added token '{token.Content}' once it is normalized. Set its 'normalized' to false.");
            }

            if (!normalized.TryAdd(spelling, token))
            {
                throw Refuse(
                    $"the added tokens '{normalized[spelling].Content}' and '{token.Content}' are both '{spelling}' once they are normalized; Hugging Face leaves to chance which of them a text gets. Remove one of the two.");
            }
        }

        return (raw.Count == 0 ? null : new AddedTokenSet(raw), normalized.Count == 0 ? null : new AddedTokenSet([.. normalized.Select(token => (token.Key, token.Value))]));

        ModelLoadException Refuse(string what) => new($"In '{definition.File}', {what}", definition.File);
    }

    public static TextNormalizer? CreateNormalizer(NormalizerDefinition? definition) => definition switch
    {
        null => null,
        NormalizerDefinition.Bert bert => new BertNormalizer(new ScalarNormalizer(bert.Options)),
        NormalizerDefinition.Form form => new UnicodeFormNormalizer(form.Unicode),
        NormalizerDefinition.Lowercase => new LowercaseNormalizer(),
        NormalizerDefinition.StripAccents => new StripAccentsNormalizer(),
        NormalizerDefinition.Nmt => new NmtNormalizer(),
        NormalizerDefinition.Precompiled precompiled => new CharsmapNormalizer(precompiled.Map),
        NormalizerDefinition.Replace replace => new ReplaceNormalizer(replace.Pattern, replace.Content),
        NormalizerDefinition.ReplaceSpaces spaces => new SpaceRunNormalizer(spaces.AtLeast, spaces.Content),
        NormalizerDefinition.Prepend prepend => new PrependNormalizer(prepend.Text),
        NormalizerDefinition.Strip strip => new StripNormalizer(strip.Left, strip.Right),
        NormalizerDefinition.Sequence sequence => new NormalizerSequence([.. sequence.Steps.Select(step => CreateNormalizer(step)!)]),
        _ => throw new UnreachableException($"There is no normalizer for {definition}."),
    };

    /// <summary>The decoder of one text.</summary>
    public static TokenDecoder CreateDecoder(DecoderDefinition definition) => definition switch
    {
        DecoderDefinition.None => new SpacedDecoder(),
        DecoderDefinition.WordPiece decoder => new WordPieceDecoder(decoder.ContinuingPrefix, decoder.CleansUp),
        DecoderDefinition.ByteLevel => new ByteLevelDecoder(),
        DecoderDefinition.Metaspace decoder => new MetaspaceDecoder(decoder.Replacement, decoder.DropsFirst),
        _ => throw new UnreachableException($"There is no decoder for {definition}."),
    };
}
