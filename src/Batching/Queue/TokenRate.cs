namespace Batching.Queue;

/// <summary>How many tokens a machine gets through in a second, from the latest runs. Not thread-safe.</summary>
internal sealed class TokenRate
{
    // Of what came before, so much is left after each run: some twenty runs count.
    private const double Kept = 0.95;

    private double tokens;
    private double seconds;

    /// <summary>Null before the first run.</summary>
    public double? PerSecond => seconds > 0 ? tokens / seconds : null;

    /// <param name="tokenCount">How many tokens were run, padding not counted.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="sideBySide">How many such runs the machine does in this time.</param>
    public void Add(int tokenCount, TimeSpan duration, int sideBySide)
    {
        tokens = (tokens * Kept) + tokenCount;
        seconds = (seconds * Kept) + (duration.TotalSeconds / sideBySide);
    }
}
