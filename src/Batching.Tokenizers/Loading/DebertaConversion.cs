namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>DebertaV2Converter</c>.</summary>
internal sealed class DebertaConversion : SentencePieceConversion
{
    public override string FileName => "spm.model";

    public override IReadOnlyList<ScoredPiece> Vocabulary(SentencePieceModel model, TokenizerConfig config) => [.. PiecesOf(model)];

    public override TextNormalizer? Normalizer(SentencePieceModel model, TokenizerConfig config, string file)
    {
        IEnumerable<TextNormalizer> lower = config.Flag("do_lower_case", otherwise: false) ? [new LowercaseNormalizer()] : [];
        return NormalizerSequence.Of([.. lower, new StripNormalizer(stripsLeft: true, stripsRight: true), .. Charsmap(model, file), new SpaceRunNormalizer(2, " ")]);
    }

    public override TextPreTokenizer? PreTokenizer(TokenizerConfig config)
    {
        TextPreTokenizer metaspace = base.PreTokenizer(config)!;
        return config.Flag("split_by_punct", otherwise: false)
            ? new PreTokenizerSequence([new PunctuationPreTokenizer(DelimiterBehavior.Isolated), metaspace])
            : metaspace;
    }

    public override RowTemplate Template(TokenSet tokens, TokenizerConfig config) =>
        RowTemplate.Bert(config.IdOf(tokens, "cls_token"), config.IdOf(tokens, "sep_token"));
}
