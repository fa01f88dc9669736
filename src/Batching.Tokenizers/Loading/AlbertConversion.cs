using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>AlbertConverter</c>.</summary>
internal class AlbertConversion : SentencePieceConversion
{
    // A piece that ends in a number and a comma is only taken where nothing else is possible.
    private const double NumberAndComma = 100;

    public override string FileName => "spiece.model";

    /// <summary>Whether texts are made lower case where <c>do_lower_case</c> does not say.</summary>
    protected virtual bool LowercasesByDefault => true;

    public override IReadOnlyList<ScoredPiece> Vocabulary(SentencePieceModel model, TokenizerConfig config) =>
        [.. PiecesOf(model).Select(piece => EndsInNumberAndComma(piece.Text) ? piece with { Score = piece.Score - NumberAndComma } : piece)];

    public override TextNormalizer? Normalizer(SentencePieceModel model, TokenizerConfig config, string file)
    {
        List<TextNormalizer> steps = [new ReplaceNormalizer("``", "\""), new ReplaceNormalizer("''", "\"")];
        if (!config.Flag("keep_accents", otherwise: false))
        {
            steps.Add(new UnicodeFormNormalizer(NormalizationForm.FormKD));
            steps.Add(new StripAccentsNormalizer());
        }

        if (config.Flag("do_lower_case", LowercasesByDefault))
        {
            steps.Add(new LowercaseNormalizer());
        }

        return NormalizerSequence.Of([.. steps, .. Charsmap(model, file), new SpaceRunNormalizer(2, " ")]);
    }

    public override RowTemplate Template(TokenSet tokens, TokenizerConfig config) =>
        RowTemplate.Bert(config.IdOf(tokens, "cls_token"), config.IdOf(tokens, "sep_token"));

    private static bool EndsInNumberAndComma(string piece) => piece.Length >= 2 && piece[^1] == ',' && char.IsDigit(piece[^2]);
}
