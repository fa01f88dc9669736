using Batching.AspNetCore.Messages;

namespace Batching.AspNetCore.Requests;

/// <summary>Results as the contracts want them.</summary>
internal static class Answers
{
    /// <summary>The labels of a result with their scores, the best first.</summary>
    public static Prediction[] ByScore(Classification result) =>
        [.. result.TopK(result.Scores.Length).Select(label => new Prediction(label.Score, label.Label))];

    /// <summary>The labels of a result with their logits, the best first.</summary>
    public static Prediction[] ByLogit(Classification result) => Sorted(result, result.Logits.ToArray());

    /// <summary>The labels of a result with scores that a function makes of the logits, the best first.</summary>
    public static Prediction[] By(ScoreFunction function, Classification result)
    {
        var scores = new float[result.Logits.Length];
        function.Apply(result.Logits.Span, scores);
        return Sorted(result, scores);
    }

    // Scores so near to 1 that they are equal still differ in their logits.
    private static Prediction[] Sorted(Classification result, float[] scores) =>
    [
        .. scores.Select((score, label) => (Score: score, Label: label))
            .OrderByDescending(entry => entry.Score)
            .ThenByDescending(entry => result.Logits.Span[entry.Label])
            .Select(entry => new Prediction(entry.Score, result.Labels[entry.Label])),
    ];
}
