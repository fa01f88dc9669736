namespace Batching.Tokenization;

/// <summary>Reads the <c>pattern</c> of a part: a <c>String</c> or a <c>Regex</c>.</summary>
internal static class PatternJson
{
    /// <summary>The expression; a string is one of which every character stands for itself.</summary>
    public static RegularExpression Read(JsonSection pattern)
    {
        if (pattern.String("Regex") is { } expression)
        {
            return RegularExpression.Parse(expression, pattern);
        }

        return RegularExpression.OfText(
            pattern.String("String") ?? throw pattern.Refuse("expected a 'String' or a 'Regex'. Download the file again."), pattern);
    }
}
