using System.Text;

namespace Batching.Tokenization;

/// <summary>Splits a text at characters of a kind.</summary>
/// <param name="behavior">What becomes of these characters.</param>
internal abstract class DelimiterPreTokenizer(DelimiterBehavior behavior) : TextPreTokenizer
{
    protected sealed override void Split(TextPieces pieces)
    {
        ReadOnlySpan<char> piece = pieces.Piece;
        var splitter = new DelimiterSplitter(pieces, behavior);
        int start = 0;
        int position = 0;
        while (position < piece.Length)
        {
            Rune.DecodeFromUtf16(piece[position..], out Rune rune, out int width);
            if (IsDelimiter(rune.Value))
            {
                if (position > start)
                {
                    splitter.Take(position - start, isDelimiter: false);
                }

                splitter.Take(width, isDelimiter: true);
                start = position + width;
            }

            position += width;
        }

        if (position > start)
        {
            splitter.Take(position - start, isDelimiter: false);
        }

        splitter.End();
    }

    protected abstract bool IsDelimiter(int scalar);
}
