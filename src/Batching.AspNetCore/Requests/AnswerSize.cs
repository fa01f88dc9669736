namespace Batching.AspNetCore.Requests;

/// <summary>How long answers are at most, in bytes, told before they are made.</summary>
internal static class AnswerSize
{
    // Escaped, as \u0001 is.
    private const int CharacterBytes = 6;

    private const int NumberBytes = 24;

    // The names of an entry's members, and what is between them.
    private const int PredictionBytes = 24 + NumberBytes;
    private const int RankedTextBytes = 32 + (2 * NumberBytes);
    private const int TokenBytes = 56 + (2 * NumberBytes);
    private const int CellBytes = 32;

    /// <summary>Labels with their scores.</summary>
    /// <param name="texts">For how many texts.</param>
    /// <param name="labels">The labels of the model.</param>
    /// <param name="mostLabels">How many of each text.</param>
    public static long OfPredictions(int texts, IReadOnlyList<string> labels, int mostLabels)
    {
        long longest = labels.Max(Characters);
        return Math.Min(labels.Sum(label => PredictionBytes + Characters(label)), mostLabels * (PredictionBytes + longest)) * texts;
    }

    /// <summary>Texts in their order.</summary>
    public static long OfRanking(string[] texts, bool withTexts) => texts.Sum(text => RankedTextBytes + (withTexts ? Characters(text) : 0));

    /// <summary>Tokens with the characters that they stand for.</summary>
    public static long OfTokens(IReadOnlyList<string> names) => names.Sum(name => TokenBytes + Characters(name));

    /// <summary>Texts as a padded batch, with what is said of each.</summary>
    public static long OfBatch(string[] texts, int columns, IReadOnlyList<string> labels, int longestToken) =>
        texts.Sum(text => Characters(text) + ((CellBytes + ((long)CharacterBytes * longestToken)) * columns) + (2L * NumberBytes * labels.Count) + labels.Max(Characters))
        + labels.Sum(Characters);

    private static long Characters(string text) => (long)CharacterBytes * text.Length;
}
