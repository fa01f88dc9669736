using Batching.Tests.Folders;
using Xunit;

namespace Batching.Tests;

/// <summary>What a result tells: the best labels, those above a threshold, and scores by the function that was asked for.</summary>
public sealed class ClassificationTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void The_best_labels_come_first()
    {
        Classification result = Result(0.2f, 0.5f, 0.1f, 0.9f);
        Assert.Equal([("d", 0.9f), ("b", 0.5f), ("a", 0.2f), ("c", 0.1f)], result.TopK(4).Select(label => (label.Label, label.Score)));
        Assert.Equal(result.TopK(4), result.TopK(int.MaxValue));
        Assert.Equal(result.TopK(4).Take(2), result.TopK(2));
        Assert.Equal("d (0.9000)", Assert.Single(result.TopK(1)).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => result.TopK(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.TopK(-1));
    }

    [Fact]
    public void Of_equal_scores_the_higher_logit_counts_and_then_the_lower_index()
    {
        Classification result = Result([30, 40, 30, 40], [1, 1, 1, 1]);
        Assert.Equal(["b", "d", "a", "c"], result.TopK(4).Select(label => label.Label));
    }

    [Theory]
    [InlineData(0.5f, "d")]
    [InlineData(0.4999f, "d", "b")]
    [InlineData(0f, "d", "b", "a", "c")]
    [InlineData(-1f, "d", "b", "a", "c")]
    [InlineData(0.9f)]
    [InlineData(1f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, "d", "b", "a", "c")]
    public void Labels_above_a_threshold_exceed_it(float threshold, params string[] labels) =>
        Assert.Equal(labels, Result(0.2f, 0.5f, 0.1f, 0.9f).Above(threshold).Select(label => label.Label));

    [Fact]
    public void A_threshold_is_a_number() =>
        Assert.Contains("The threshold is NaN", Assert.Throws<ArgumentException>(() => Result(0.5f).Above(float.NaN)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_multi_label_models_labels_are_those_above_a_half()
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract("bert-multilabel-int32"));
        Classification result = classifier.Classify("I hate this so much!", TestEnd);
        Assert.Equal(
            classifier.Labels.Index().Where(label => result.Logits.Span[label.Index] > 0).OrderByDescending(label => result.Logits.Span[label.Index]).Select(label => label.Item),
            result.Above(0.5f).Select(label => label.Label));
        Assert.Equal(classifier.Labels.Count, result.TopK(100).Count);
        Assert.Equal(new LabelScore(result.Label, result.Score), result.TopK(1)[0]);
        Assert.Equal(classifier.Labels, result.Labels);
    }

    [Fact]
    public void A_result_that_a_mock_made_names_what_it_can()
    {
        var result = new Classification
        {
            Label = "POSITIVE", LabelIndex = 1, Score = 1, Logits = new float[] { 0, 9 }, Scores = new float[] { 0, 1 }, TokenCount = 2, IsTruncated = false,
        };
        Assert.Equal(["POSITIVE", "LABEL_0"], result.TopK(2).Select(label => label.Label));
        Assert.Empty(result.Windows);
    }

    [Theory]
    [InlineData(ScoreFunction.Softmax)]
    [InlineData(ScoreFunction.Sigmoid)]
    [InlineData(ScoreFunction.None)]
    public void The_score_function_can_be_chosen(ScoreFunction function)
    {
        foreach (string contract in new[] { "distilbert-vocab-txt-only", "bert-multilabel-int32", "bert-one-label", "bert-regression" })
        {
            using SequenceClassifier classifier = SequenceClassifier.Load(
                Repository.Contract(contract), new SequenceClassifierOptions { ScoreFunction = function });
            Classification result = classifier.Classify("I hate this so much!", TestEnd);
            double[] logits = [.. result.Logits.ToArray().Select(logit => (double)logit)];
            double sum = logits.Sum(Math.Exp);
            Assert.All(logits, (logit, label) => Assert.Equal(
                function switch
                {
                    ScoreFunction.Softmax => Math.Exp(logit) / sum,
                    ScoreFunction.Sigmoid => 1 / (1 + Math.Exp(-logit)),
                    _ => logit,
                },
                result.Scores.Span[label],
                1e-6));
        }
    }

    [Theory]
    [InlineData((ScoreFunction)3)]
    [InlineData((ScoreFunction)(-1))]
    public void A_score_function_that_does_not_exist_is_refused(ScoreFunction function)
    {
        using var model = ModelFolderBuilder.Tiny();
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { ScoreFunction = function }));
        Assert.Contains($"ScoreFunction is {(int)function}, which is none of Softmax, Sigmoid, None.", refusal.Message, StringComparison.Ordinal);
    }

    private static Classification Result(params float[] scores) => Result(scores, scores);

    private static Classification Result(float[] logits, float[] scores) => new()
    {
        Label = "abcd"[Array.IndexOf(scores, scores.Max())].ToString(),
        LabelIndex = Array.IndexOf(scores, scores.Max()),
        Score = scores.Max(),
        Logits = logits,
        Scores = scores,
        TokenCount = 1,
        IsTruncated = false,
        Labels = ["a", "b", "c", "d"],
    };
}
