namespace Batching.Tokenization;

/// <summary>Which tokens of a text and its pair are kept: Hugging Face's <c>truncate_encodings</c>.</summary>
internal static class Truncation
{
    /// <summary>How many tokens of each are kept.</summary>
    /// <param name="first">The text's tokens.</param>
    /// <param name="second">The pair's tokens, or null where there is no pair.</param>
    /// <param name="room">The most tokens of both.</param>
    /// <param name="strategy">Which to cut.</param>
    /// <exception cref="ArgumentException">The strategy cannot make the row short enough.</exception>
    public static (int First, int Second) Keep(int first, int? second, int room, TruncationStrategy strategy)
    {
        int pair = second ?? 0;
        int excess = first + pair - room;
        if (excess <= 0 || strategy == TruncationStrategy.None)
        {
            return (first, pair);
        }

        // Hugging Face drops everything where there is no room at all, whatever the strategy.
        if (room == 0)
        {
            return (0, 0);
        }

        switch (strategy)
        {
            case TruncationStrategy.OnlyFirst when first > excess:
                return (first - excess, pair);
            case TruncationStrategy.OnlyFirst:
                throw new ArgumentException(TooLong("text", first, excess, "pair"), nameof(strategy));
            case TruncationStrategy.OnlySecond when pair > excess:
                return (first, pair - excess);
            case TruncationStrategy.OnlySecond when second is null:
                throw new ArgumentException(
                    $"The text is {excess} tokens too long, and there is no pair to cut. Use {nameof(TruncationStrategy.LongestFirst)} or {nameof(TruncationStrategy.OnlyFirst)}.", nameof(strategy));
            case TruncationStrategy.OnlySecond:
                throw new ArgumentException(TooLong("pair", pair, excess, "text"), nameof(strategy));
            case TruncationStrategy.LongestFirst when second is null:
                return (room, 0);
            case TruncationStrategy.LongestFirst:
                return KeepLongestFirst(first, pair, room);
            default:
                throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "There is no such truncation strategy.");
        }
    }

    /// <summary>The tokens of a text that are kept, when so many are.</summary>
    public static ReadOnlySpan<int> Part(ReadOnlySpan<int> tokens, int kept, TruncationSide side) =>
        side == TruncationSide.Left ? tokens[^kept..] : tokens[..kept];

    private static (int First, int Second) KeepLongestFirst(int first, int second, int room)
    {
        int shorter = Math.Min(first, second);
        int longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
        {
            shorter = room / 2;
            longer = room - shorter;
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }

    private static string TooLong(string cut, int length, int excess, string kept) =>
        $"The row is {excess} tokens too long, and its {cut}, which alone may be cut, has only {length}. Shorten the {kept}, raise the limit, or use {nameof(TruncationStrategy.LongestFirst)}.";
}
