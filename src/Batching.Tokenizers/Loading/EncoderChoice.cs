namespace Batching.Tokenization;

/// <summary>Decides how a tokenizer runs: in one pass, where its parts are those of a common family, or part after part.</summary>
internal static class EncoderChoice
{
    public static TextEncoder For(TokenizerDefinition definition)
    {
        TextNormalizer? normalizer = definition.Normalizer;
        return (definition.Model, definition.PreTokenizer) switch
        {
            (WordPieceModel model, BertPreTokenizer) => normalizer is null or BertNormalizer
                ? new WordPieceEncoder(model, (normalizer as BertNormalizer)?.Scalars ?? new ScalarNormalizer(NormalizerOptions.None))
                : new WordPieceEncoder(model, normalizer),
            (BytePairModel model, ByteLevelPreTokenizer preTokenizer) => new BytePairEncoder(model, preTokenizer, normalizer),
            (UnigramModel model, null) => new UnigramEncoder(model, new SpaceSplitter(dropsWhiteSpace: false, metaspace: null), normalizer),
            (UnigramModel model, WhitespaceSplitPreTokenizer) => new UnigramEncoder(model, new SpaceSplitter(dropsWhiteSpace: true, metaspace: null), normalizer),
            (UnigramModel model, MetaspacePreTokenizer metaspace) => new UnigramEncoder(model, new SpaceSplitter(dropsWhiteSpace: false, metaspace), normalizer),
            (UnigramModel model, PreTokenizerSequence { Steps: [WhitespaceSplitPreTokenizer, MetaspacePreTokenizer metaspace] }) =>
                new UnigramEncoder(model, new SpaceSplitter(dropsWhiteSpace: true, metaspace), normalizer),
            var (model, preTokenizer) => new ComposedEncoder(normalizer, preTokenizer ?? new PreTokenizerSequence([]), model),
        };
    }
}
