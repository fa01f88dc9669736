using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>FixedLength</c>: pieces of as many characters each.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : TextPreTokenizer
{
    private const int DefaultLength = 5;

    public static FixedLengthPreTokenizer Read(JsonSection json) => new(json.Int32("length", least: 1) ?? DefaultLength);

    protected override void Split(TextPieces pieces)
    {
        for (int count = 1; !pieces.Piece.IsEmpty; count++)
        {
            Rune.DecodeFromUtf16(pieces.Piece, out _, out int width);
            pieces.Copy(width);
            if (count == length)
            {
                pieces.EndPiece();
                count = 0;
            }
        }

        pieces.EndPiece();
    }
}
