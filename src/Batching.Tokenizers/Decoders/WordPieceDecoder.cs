using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>WordPiece</c> decoder: a space before every token that does not go on with a word.</summary>
internal sealed class WordPieceDecoder(string continuingPrefix, bool cleansUp) : TokenDecoder
{
    // In this order, as Hugging Face replaces them.
    private static readonly (string From, string To)[] Replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    private bool isFirst = true;

    public static Func<TokenDecoder> Read(JsonSection json)
    {
        string prefix = json.String("prefix") ?? "##";
        bool cleansUp = json.Boolean("cleanup") ?? true;
        return () => new WordPieceDecoder(prefix, cleansUp);
    }

    public override bool Append(string token, StringBuilder text)
    {
        string piece = token;
        if (!isFirst)
        {
            piece = token.StartsWith(continuingPrefix, StringComparison.Ordinal) ? token[continuingPrefix.Length..] : $" {token}";
        }

        if (cleansUp)
        {
            // The cleanup sees one token at a time, as Hugging Face's does.
            foreach ((string from, string to) in Replacements)
            {
                piece = piece.Replace(from, to, StringComparison.Ordinal);
            }
        }

        text.Append(piece);
        isFirst = false;
        return true;
    }
}
