namespace Batching.Tokenization;

/// <summary>What is said of a text that a vocabulary cannot spell, where it has no token for the unknown either.</summary>
internal static class UnknownText
{
    private const int MostShown = 40;

    /// <param name="text">What it cannot spell.</param>
    /// <param name="unknownToken">What the tokenizer calls the token for the unknown; null where it names none.</param>
    public static ArgumentException In(ReadOnlySpan<char> text, string? unknownToken)
    {
        string shown = text.Length <= MostShown ? text.ToString() : $"{text[..MostShown]}...";
        string missing = unknownToken is null ? "and the tokenizer names no token for the unknown" : $"nor has it the token for the unknown, '{unknownToken}'";
        return TextRefusal.Of(
            $"The text holds '{shown}', which the vocabulary cannot spell, {missing}. Leave it out of the text, or use a tokenizer with such a token.");
    }
}
