namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>GemmaConverter</c>, and the row of its <c>GemmaTokenizerFast</c>.</summary>
internal sealed class GemmaConversion : LlamaConversion
{
    private const string TabByte = "<0x09>";

    public override IReadOnlyList<ScoredPiece> Vocabulary(SentencePieceModel model, TokenizerConfig config) =>
    [
        // The byte of a tab is the tab itself, unless that is a piece of its own.
        new(config.NameOf("pad_token"), 0),
        new(config.NameOf("eos_token"), 0),
        new(config.NameOf("bos_token"), 0),
        .. PiecesOf(model).Skip(3).Select(piece => piece.Text == TabByte && !model.Pieces.Exists(other => other.Text == "\t") ? piece with { Text = "\t" } : piece),
    ];

    protected override bool HasPrefix(TokenizerConfig config) => false;

    public override int UnknownTokenId(SentencePieceModel model) => 3;

    public override TextNormalizer? Normalizer(SentencePieceModel model, TokenizerConfig config, string file) => new ReplaceNormalizer(" ", Sign);

    // There are no spaces left to split at.
    public override TextPreTokenizer? PreTokenizer(TokenizerConfig config) => null;
}
