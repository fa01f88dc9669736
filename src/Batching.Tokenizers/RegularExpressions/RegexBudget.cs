namespace Batching.Tokenization;

/// <summary>How many steps a regular expression may take on a text: far more than any that is meant well, and no minutes.</summary>
/// <param name="length">The length of the text.</param>
internal struct RegexBudget(int length)
{
    private const long StepsOfAnyText = 20_000_000;
    private const int StepsOfACharacter = 500;

    private long left = StepsOfAnyText + ((long)length * StepsOfACharacter);

    /// <exception cref="ArgumentException">There are none left.</exception>
    public void Take(int steps)
    {
        left -= steps;
        if (left < 0)
        {
            throw TextRefusal.Of(
                $"A regular expression of the tokenizer takes more than {StepsOfAnyText + ((long)length * StepsOfACharacter)} steps for the {length} characters of this text, because it goes back and forth in it. Shorten the text, or use a tokenizer with another expression.");
        }
    }
}
