using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Whitespace</c>: runs of letters, digits, marks and underscores, and runs of other characters, without the white space.</summary>
internal sealed class WhitespacePreTokenizer : TextPreTokenizer
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public static WhitespacePreTokenizer Read(JsonSection json) => new();

    protected override void Split(TextPieces pieces)
    {
        Kind before = Kind.Space;
        while (!pieces.Piece.IsEmpty)
        {
            Rune.DecodeFromUtf16(pieces.Piece, out Rune rune, out int width);
            Kind kind = UnicodeCategories.IsWord(rune.Value) ? Kind.Word
                : UnicodeCategories.IsWhiteSpace(rune.Value) ? Kind.Space
                : Kind.Other;
            if (kind != before)
            {
                pieces.EndPiece();
            }

            if (kind == Kind.Space)
            {
                pieces.Drop(width);
            }
            else
            {
                pieces.Copy(width);
            }

            before = kind;
        }

        pieces.EndPiece();
    }
}
