using System.Globalization;

namespace Batching.Cli.Progress;

/// <summary>How far a run has come.</summary>
/// <param name="clock">Tells the time.</param>
/// <param name="paddingShare">Tells how much of what was run so far is padding, from 0 to 1.</param>
internal sealed class RunFigures(TimeProvider clock, Func<double> paddingShare)
{
    private readonly long start = clock.GetTimestamp();
    private long? startPosition;

    /// <summary>The rows done by this run.</summary>
    public long Rows { get; private set; }

    /// <summary>The tokens of these rows, padding not counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>How much of the input is done, from 0 to 1; null where its end is not known.</summary>
    public double? Fraction { get; private set; }

    public TimeSpan Elapsed => clock.GetElapsedTime(start);

    /// <param name="rows">The rows so far.</param>
    /// <param name="tokens">Their tokens.</param>
    /// <param name="position">How far into the input the last of them is.</param>
    /// <param name="length">Where the input ends, or null.</param>
    public void Update(long rows, long tokens, long position, long? length)
    {
        Rows = rows;
        Tokens = tokens;
        startPosition ??= position;
        Fraction = length > 0 ? Math.Clamp((double)position / length.Value, 0, 1) : null;
        Left = length > startPosition && position > startPosition
            ? Elapsed * ((double)(length.Value - position) / (position - startPosition.Value))
            : null;
    }

    /// <summary>The time that the rest takes at the pace so far; null where that cannot be told.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>The figures as text.</summary>
    public override string ToString()
    {
        double seconds = Math.Max(Elapsed.TotalSeconds, 1e-3);
        string figures = string.Create(
            CultureInfo.InvariantCulture, $"{Rows:N0} rows, {Rows / seconds:N0} rows/s, {Tokens / seconds:N0} tokens/s, {paddingShare() * 100:0.0} % padding");
        return Left is { } left
            ? string.Create(CultureInfo.InvariantCulture, $"{figures}, {new TimeSpan(left.Days, left.Hours, left.Minutes, left.Seconds)} left")
            : figures;
    }

    /// <summary>The figures of a run that is over.</summary>
    public string Summary() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rows:N0} rows in {Elapsed.TotalSeconds:0.0} s: {Rows / Math.Max(Elapsed.TotalSeconds, 1e-3):N0} rows/s, {Tokens / Math.Max(Elapsed.TotalSeconds, 1e-3):N0} tokens/s, {paddingShare() * 100:0.0} % padding.");
}
