namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>CamembertConverter</c>.</summary>
internal sealed class CamembertConversion : XlmRobertaConversion
{
    // Such that the file's own unknown piece is never taken.
    private const double NotUsed = -100;

    protected override IReadOnlyList<ScoredPiece> First { get; } =
        [new("<s>NOTUSED", 0), new("<pad>", 0), new("</s>NOTUSED", 0), new("<unk>", 0), new("<unk>NOTUSED", NotUsed)];

    protected override int Skipped => 1;

    public override IReadOnlyList<string> OwnSpecialTokens => ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"];
}
