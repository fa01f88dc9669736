using CsCheck;
using Xunit;

namespace Batching.Tests;

/// <summary>Logits become scores as in Hugging Face's pipeline, whatever their size.</summary>
public sealed class ScoresTests
{
    [Theory]
    [InlineData(-90f, 0f)]
    [InlineData(0f, 89f)]
    [InlineData(1000f, -1000f)]
    [InlineData(3e38f, -3e38f)]
    [InlineData(float.MaxValue, float.MaxValue)]
    public void A_softmax_does_not_overflow(float first, float second)
    {
        var scores = new float[2];
        ScoreFunctionExtensions.Apply(ScoreFunction.Softmax, [first, second], scores);
        Assert.All(scores, score => Assert.InRange(score, 0, 1));
        Assert.Equal(1, scores[0] + scores[1], 1e-6f);
        Assert.Equal(first == second, scores[0] == scores[1]);
        Assert.Equal(first > second, scores[0] > scores[1]);
    }

    [Fact]
    public void A_softmaxs_scores_add_up_to_1_and_keep_the_order() => Gen.Float[-200, 200].Array[1, 40].Sample(
        logits =>
        {
            var scores = new float[logits.Length];
            ScoreFunctionExtensions.Apply(ScoreFunction.Softmax, logits, scores);
            Assert.Equal(1, scores.Sum(), 1e-5f);
            Assert.Equal(scores.Max(), scores[Array.IndexOf(logits, logits.Max())]);
        },
        seed: Generators.Seed, iter: 5_000, threads: 2);

    [Fact]
    public void A_sigmoid_scores_every_label_by_itself_and_a_regression_none()
    {
        var scores = new float[3];
        ScoreFunctionExtensions.Apply(ScoreFunction.Sigmoid, [0, 1000, -1000], scores);
        Assert.Equal([0.5f, 1, 0], scores);
        ScoreFunctionExtensions.Apply(ScoreFunction.None, [0, 1000, -1000], scores);
        Assert.Equal([0, 1000, -1000], scores);
    }

    [Theory]
    [InlineData(null, 2, "Softmax")]
    [InlineData("single_label_classification", 5, "Softmax")]
    [InlineData(null, 1, "Sigmoid")]
    [InlineData("multi_label_classification", 5, "Sigmoid")]
    [InlineData("regression", 1, "None")]
    public void The_problem_type_chooses_the_function(string? problemType, int labels, string function) =>
        Assert.Equal(function, ScoreFunctionExtensions.FunctionOf(problemType, labels).ToString());
}
