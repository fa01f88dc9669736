using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Batching;

/// <summary>What a classifier says of a text, or of a window of one.</summary>
/// <remarks>Immutable and thread-safe. The memory of the numbers is shared with the other results of the same call.</remarks>
public sealed class Classification
{
    /// <summary>Creates a result by its members.</summary>
    public Classification()
    {
    }

    /// <summary>Creates a result of its labels, logits and scores: for those who implement <see cref="ISequenceClassifier"/>, or mock it.</summary>
    /// <param name="labels">The classifier's labels, at least one.</param>
    /// <param name="logits">A logit for each label, <c>[labels]</c>. The result is about the label with the highest; of equal ones, the first.</param>
    /// <param name="scores">A score for each label, <c>[labels]</c>.</param>
    /// <exception cref="ArgumentException">There are no labels, or not as many logits or scores as labels.</exception>
    [SetsRequiredMembers]
    public Classification(IReadOnlyList<string> labels, ReadOnlyMemory<float> logits, ReadOnlyMemory<float> scores)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count == 0 || logits.Length != labels.Count || scores.Length != labels.Count)
        {
            throw new ArgumentException(
                $"There are {labels.Count} labels, {logits.Length} logits and {scores.Length} scores. Give at least one label, and a logit and a score for each.",
                nameof(labels));
        }

        int best = 0;
        for (int label = 1; label < labels.Count; label++)
        {
            best = logits.Span[label] > logits.Span[best] ? label : best;
        }

        Labels = labels;
        LabelIndex = best;
        Label = labels[best];
        Score = scores.Span[best];
        Logits = logits;
        Scores = scores;
    }

    /// <summary>The label with the highest logit; with the highest score where windows were pooled.</summary>
    public required string Label { get; init; }

    /// <summary>The index of <see cref="Label"/> among the classifier's labels.</summary>
    public required int LabelIndex { get; init; }

    /// <summary>The score of <see cref="Label"/>: one of <see cref="Scores"/>.</summary>
    public required float Score { get; init; }

    /// <summary>
    /// What the model gave, <c>[labels]</c>. Where windows were pooled, the mean or the maximum of their logits, label by
    /// label, as the classifier pools them; the scores are not made of these, but pooled from the windows' scores.
    /// </summary>
    public required ReadOnlyMemory<float> Logits { get; init; }

    /// <summary>
    /// The logits as probabilities, <c>[labels]</c>, as Hugging Face's text-classification pipeline makes them: by softmax;
    /// by sigmoid where labels do not exclude each other or there is only one; as they are for a regression; or as
    /// the classifier's score function says. Where windows were pooled, the mean or the maximum of theirs.
    /// </summary>
    public required ReadOnlyMemory<float> Scores { get; init; }

    /// <summary>The tokens that the model saw, special tokens counted and padding not; those of all windows together.</summary>
    public required int TokenCount { get; init; }

    /// <summary>
    /// Whether the text was longer than the model takes and its end was cut off. True for each of several windows, which hold
    /// a part of the text, and false for what they were pooled to.
    /// </summary>
    public required bool IsTruncated { get; init; }

    /// <summary>The classifier's labels, by the index of their logits and scores.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The result of each window, in the order of the text; empty where the text was one row.</summary>
    /// <value>Default: none. More than one where the classifier windows long texts and the text was longer than the model takes.</value>
    public IReadOnlyList<Classification> Windows { get; init; } = [];

    /// <summary>The labels with the highest scores: <c>top_k</c> of Hugging Face's text-classification pipeline.</summary>
    /// <param name="count">How many, from 1. Where there are fewer labels, all of them are given.</param>
    /// <returns>The labels with their scores, the best first; of equal ones, the one with the higher logit, then the one with the lower index.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public IReadOnlyList<LabelScore> TopK(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. BestFirst().Take(count)];
    }

    /// <summary>The labels whose scores are above a threshold: what a multi-label model says of a text.</summary>
    /// <param name="threshold">The threshold, which a score has to exceed; most often 0.5.</param>
    /// <returns>The labels with their scores, the best first; none where no score is above the threshold.</returns>
    /// <exception cref="ArgumentException"><paramref name="threshold"/> is not a number.</exception>
    public IReadOnlyList<LabelScore> Above(float threshold) => float.IsNaN(threshold)
        ? throw new ArgumentException("The threshold is NaN, which no score is above or below. Give a number, most often 0.5.", nameof(threshold))
        : [.. BestFirst().TakeWhile(label => label.Score > threshold)];

    /// <summary>The label and its score.</summary>
    /// <returns>For instance <c>POSITIVE (0.9987)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} ({Score:0.0000})");

    private IEnumerable<LabelScore> BestFirst() => Enumerable.Range(0, Scores.Length)
        .OrderByDescending(label => Scores.Span[label])
        .ThenByDescending(label => Logits.Span[label])
        .Select(label => new LabelScore(NameOf(label), Scores.Span[label]));

    // A result that an application made up, in a test of its own, may not name its labels.
    private string NameOf(int label) =>
        label == LabelIndex ? Label : label < Labels.Count ? Labels[label] : $"LABEL_{label}";
}
