namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>LlamaConverter</c>, and the row of its <c>LlamaTokenizerFast</c>.</summary>
internal class LlamaConversion : SentencePieceConversion
{
    public override string FileName => "tokenizer.model";

    public override bool FallsBackToBytes => true;

    public override IReadOnlyList<ScoredPiece> Vocabulary(SentencePieceModel model, TokenizerConfig config) =>
        [.. PiecesOf(model).Select((piece, id) => id < 3 ? piece with { Score = 0 } : piece)];

    public override int UnknownTokenId(SentencePieceModel model) => 0;

    public override TextNormalizer? Normalizer(SentencePieceModel model, TokenizerConfig config, string file)
    {
        if (!IsLegacy(config))
        {
            return null;
        }

        IEnumerable<TextNormalizer> prefix = AddsPrefix(config) ? [new PrependNormalizer(Sign)] : [];
        return NormalizerSequence.Of([.. prefix, new ReplaceNormalizer(" ", Sign)]);
    }

    public override TextPreTokenizer? PreTokenizer(TokenizerConfig config) => IsLegacy(config)
        ? null
        : new MetaspacePreTokenizer(Sign[0], AddsPrefix(config) ? PrependScheme.First : PrependScheme.Never, splits: false);

    public override RowTemplate Template(TokenSet tokens, TokenizerConfig config) => RowTemplate.BeginAndEnd(
        config.Flag("add_bos_token", otherwise: true) ? config.IdOf(tokens, "bos_token") : null,
        config.Flag("add_eos_token", otherwise: false) ? config.IdOf(tokens, "eos_token") : null);

    public override Func<TokenDecoder> Decoder(TokenizerConfig config) => () => new DecoderSequence(
    [
        new ReplaceDecoder(new ReplaceNormalizer(Sign, " ")),
        new ByteFallbackDecoder(),
        new FuseDecoder(),
        .. HasPrefix(config) ? new DecoderStep[] { new StripDecoder(' ', 1, 0) } : [],
    ]);

    /// <summary>Whether a text begins with a sign that decoding takes away.</summary>
    protected virtual bool HasPrefix(TokenizerConfig config) => AddsPrefix(config);

    private static bool IsLegacy(TokenizerConfig config) => config.Flag("legacy", otherwise: true);

    private static bool AddsPrefix(TokenizerConfig config) => config.Flag("add_prefix_space", otherwise: true);
}
