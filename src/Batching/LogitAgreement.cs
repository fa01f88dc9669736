namespace Batching;

/// <summary>How far two models agree on texts.</summary>
/// <param name="Texts">How many texts there were.</param>
/// <param name="Changed">How many of them got another label.</param>
/// <param name="LargestDifference">The largest difference between two logits.</param>
/// <param name="MeanDifference">The mean difference between two logits.</param>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record LogitAgreement(int Texts, int Changed, float LargestDifference, double MeanDifference)
{
    private const float Half = 0.5f;

    /// <summary>How many texts kept their label, from 0 to 1.</summary>
    public double KeptShare => (double)(Texts - Changed) / Texts;

    internal static LogitAgreement Of(IReadOnlyList<Classification> ones, IReadOnlyList<Classification> others)
    {
        int changed = 0;
        float largest = 0;
        double sum = 0;
        for (int text = 0; text < ones.Count; text++)
        {
            changed += HaveSameLabels(ones[text], others[text]) ? 0 : 1;
            ReadOnlySpan<float> logits = ones[text].Logits.Span;
            for (int label = 0; label < logits.Length; label++)
            {
                float difference = MathF.Abs(logits[label] - others[text].Logits.Span[label]);
                largest = MathF.Max(largest, difference);
                sum += difference;
            }
        }

        return new LogitAgreement(ones.Count, changed, largest, sum / (ones.Count * ones[0].Logits.Length));
    }

    // A single label is given or not; among several the best is.
    private static bool HaveSameLabels(Classification one, Classification other) =>
        one.LabelIndex == other.LabelIndex && (one.Scores.Length > 1 || one.Score >= Half == other.Score >= Half);
}
