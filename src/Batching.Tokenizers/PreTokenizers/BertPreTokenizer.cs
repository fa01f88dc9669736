using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BertPreTokenizer</c>: words between white space, and every punctuation mark a word of its own.</summary>
internal sealed class BertPreTokenizer : TextPreTokenizer
{
    public static BertPreTokenizer Read(JsonSection json) => new();

    protected override void Split(TextPieces pieces)
    {
        while (!pieces.Piece.IsEmpty)
        {
            Rune.DecodeFromUtf16(pieces.Piece, out Rune rune, out int width);
            ScalarProperties properties = ScalarTable.PropertiesOf(rune.Value);
            if ((properties & ScalarProperties.Separator) != 0)
            {
                pieces.EndPiece();
                pieces.Drop(width);
            }
            else if ((properties & ScalarProperties.Punctuation) != 0)
            {
                pieces.EndPiece();
                pieces.Copy(width);
                pieces.EndPiece();
            }
            else
            {
                pieces.Copy(width);
            }
        }

        pieces.EndPiece();
    }
}
