namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>XLMRobertaConverter</c>: fairseq's tokens come first, so that ids are not the file's, and the mask last.</summary>
internal class XlmRobertaConversion : SentencePieceConversion
{
    private const int OwnPieces = 3;

    public override string FileName => "sentencepiece.bpe.model";

    /// <summary>What comes before the pieces of the file.</summary>
    protected virtual IReadOnlyList<ScoredPiece> First { get; } = [new("<s>", 0), new("<pad>", 0), new("</s>", 0), new("<unk>", 0)];

    /// <summary>How many pieces of the file these stand for.</summary>
    protected virtual int Skipped => OwnPieces;

    public override IReadOnlyList<ScoredPiece> Vocabulary(SentencePieceModel model, TokenizerConfig config) =>
        [.. First, .. PiecesOf(model).Skip(Skipped), new("<mask>", 0)];

    public override int UnknownTokenId(SentencePieceModel model) => 3;

    public override RowTemplate Template(TokenSet tokens, TokenizerConfig config) =>
        RowTemplate.Roberta(tokens.IdOf("<s>", "classifier"), tokens.IdOf("</s>", "separator"));
}
