using System.Text;

namespace Batching.Tokenization;

/// <summary>Splits a text at characters of a kind.</summary>
/// <param name="behavior">What becomes of these characters.</param>
internal abstract class DelimiterPreTokenizer(DelimiterBehavior behavior) : TextPreTokenizer
{
    protected sealed override void Split(TextPieces pieces)
    {
        bool followsDelimiter = false;
        while (!pieces.Piece.IsEmpty)
        {
            Rune.DecodeFromUtf16(pieces.Piece, out Rune rune, out int width);
            bool isDelimiter = IsDelimiter(rune.Value);
            if (isDelimiter != followsDelimiter || (isDelimiter && behavior == DelimiterBehavior.Isolated))
            {
                pieces.EndPiece();
            }

            if (isDelimiter && behavior == DelimiterBehavior.Removed)
            {
                pieces.Drop(width);
            }
            else
            {
                pieces.Copy(width);
            }

            followsDelimiter = isDelimiter;
        }

        pieces.EndPiece();
    }

    protected abstract bool IsDelimiter(int scalar);
}
