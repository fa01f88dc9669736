namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Split</c>: splits a text at the matches of a regular expression or, inverted, between them.</summary>
/// <param name="expression">The expression; a literal text is one as well.</param>
/// <param name="behavior">What becomes of what it is split at.</param>
/// <param name="isInverted">Whether that is what does not match.</param>
internal sealed class SplitPreTokenizer(RegularExpression expression, DelimiterBehavior behavior, bool isInverted) : TextPreTokenizer
{
    public RegularExpression Expression => expression;

    /// <summary>Whether every match, and what lies between two, is a piece of its own.</summary>
    public bool IsolatesMatches => behavior == DelimiterBehavior.Isolated;

    public static SplitPreTokenizer Read(JsonSection json)
    {
        JsonSection pattern = json.Section("pattern") ?? throw json.Refuse("the Split has no 'pattern'. Download the file again.");
        return new SplitPreTokenizer(
            PatternJson.Read(pattern),
            DelimiterJson.ReadBehavior(json) ?? throw json.Refuse("the Split has no 'behavior'. Download the file again."),
            json.Boolean("invert") ?? false);
    }

    protected override void Split(TextPieces pieces)
    {
        ReadOnlySpan<char> piece = pieces.Piece;
        var splitter = new DelimiterSplitter(pieces, behavior);
        var matches = new RegexMatches(expression, piece);
        int position = 0;
        while (matches.MoveNext())
        {
            if (matches.Start > position)
            {
                splitter.Take(matches.Start - position, isInverted);
            }

            splitter.Take(matches.End - matches.Start, !isInverted);
            position = matches.End;
        }

        if (position < piece.Length)
        {
            splitter.Take(piece.Length - position, isInverted);
        }

        splitter.End();
    }
}
