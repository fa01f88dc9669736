using System.Diagnostics;

namespace Batching.Cli.Commands;

/// <summary>Measures two classifiers against each other on the same texts, turn by turn.</summary>
/// <remarks>What slows the machine for a while slows both, so that their ratio holds where times of different runs would not.</remarks>
internal static class SpeedRace
{
    private const int Rounds = 5;

    // A round is over in seconds with any model.
    private const int MostTexts = 512;

    /// <param name="one">A classifier that has run before.</param>
    /// <param name="other">Another.</param>
    /// <param name="texts">The texts; the first hundreds of them are enough.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    public static Speeds Run(SequenceClassifier one, SequenceClassifier other, IReadOnlyList<TextInput> texts, CancellationToken cancellationToken)
    {
        TextInput[] some = [.. texts.Take(MostTexts)];
        var ones = new double[Rounds];
        var others = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            ones[round] = PerSecond(one);
            others[round] = PerSecond(other);
        }

        return new Speeds(Median(ones), Median(others), Median([.. ones.Zip(others, (first, second) => second / first)]));

        double PerSecond(SequenceClassifier classifier)
        {
            long start = Stopwatch.GetTimestamp();
            classifier.Classify(some, cancellationToken);
            return some.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
