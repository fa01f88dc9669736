namespace Batching.Tokenization;

/// <summary>Tokens back to text: Hugging Face's <c>WordPiece</c> decoder.</summary>
internal sealed class WordPieceDecoder(string continuingPrefix, bool cleanup)
{
    // In this order, as Hugging Face replaces them.
    private static readonly (string From, string To)[] Replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>What a token adds to the text. The cleanup sees one token at a time, as Hugging Face's does.</summary>
    public string Decode(string token, bool isFirst)
    {
        string piece = token;
        if (!isFirst)
        {
            piece = token.StartsWith(continuingPrefix, StringComparison.Ordinal) ? token[continuingPrefix.Length..] : $" {token}";
        }

        if (cleanup)
        {
            foreach ((string from, string to) in Replacements)
            {
                piece = piece.Replace(from, to, StringComparison.Ordinal);
            }
        }

        return piece;
    }
}
