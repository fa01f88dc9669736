namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Metaspace</c>: a sign stands for each space, and a word begins with it.</summary>
/// <param name="replacement">What stands for a space, usually U+2581.</param>
/// <param name="prependScheme">Which pieces it is put before.</param>
/// <param name="splits">Whether a piece is split before each; otherwise it is one word.</param>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme prependScheme, bool splits) : TextPreTokenizer
{
    public char Replacement => replacement;

    public PrependScheme PrependScheme => prependScheme;

    public bool Splits => splits;

    public static MetaspacePreTokenizer Read(JsonSection json) => new(
        MetaspaceJson.ReadReplacement(json)[0],
        MetaspaceJson.ReadPrependScheme(json),
        json.Boolean("split") ?? true);

    protected override void Split(TextPieces pieces)
    {
        if (prependScheme != PrependScheme.Never
            && (pieces.StartsText || prependScheme == PrependScheme.Always)
            && pieces.Piece[0] != ' '
            && pieces.Piece[0] != replacement)
        {
            pieces.Insert([replacement]);
        }

        while (!pieces.Piece.IsEmpty)
        {
            bool isSign = pieces.Piece[0] is ' ' || pieces.Piece[0] == replacement;
            if (isSign && splits)
            {
                pieces.EndPiece();
            }

            if (isSign)
            {
                pieces.Replace([replacement], 1);
            }
            else
            {
                int length = pieces.Piece.IndexOfAny(' ', replacement);
                pieces.Copy(length < 0 ? pieces.Piece.Length : length);
            }
        }

        pieces.EndPiece();
    }
}
