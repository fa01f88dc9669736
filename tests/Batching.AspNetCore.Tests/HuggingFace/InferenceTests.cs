using System.Text.Json;
using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Tests.HuggingFace;

/// <summary><c>POST /</c>: Hugging Face's inference API.</summary>
public sealed class InferenceTests(Sst2Server fixture) : IClassFixture<Sst2Server>
{
    private const string Text = "a gripping, funny film";

    [Fact]
    public async Task Answers_are_nested_whether_one_text_was_sent_or_many()
    {
        JsonElement one = await fixture.Server.AskAsync("/", $$"""{"inputs": "{{Text}}"}""");
        Assert.Equal(fixture.Expected(Text).TopK(2).Select(label => (label.Label, label.Score)), Assert.Single(one.EnumerateArray()).Predictions());
        JsonElement many = await fixture.Server.AskAsync("/", $$$"""{"inputs": ["{{{Text}}}", "dull", {"text": "{{{Text}}}", "text_pair": "dull"}], "options": {"wait_for_model": true}}""");
        Assert.Equal(
            [fixture.Expected(Text).Score, fixture.Expected("dull").Score, fixture.Expected(Text, "dull").Score],
            many.EnumerateArray().Select(list => list[0].GetProperty("score").GetSingle()));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(50, 2)]
    public async Task Top_k_is_how_many_labels_are_given(int topK, int expected)
    {
        JsonElement answer = await fixture.Server.AskAsync("/", $$$"""{"inputs": "{{{Text}}}", "parameters": {"top_k": {{{topK}}}}}""");
        Assert.Equal(expected, answer[0].GetArrayLength());
        Assert.Equal("POSITIVE", answer[0][0].GetProperty("label").GetString());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("softmax")]
    [InlineData("sigmoid")]
    public async Task The_function_is_applied_to_the_logits(string function)
    {
        JsonElement answer = await fixture.Server.AskAsync("/", $$$"""{"inputs": "{{{Text}}}", "parameters": {"function_to_apply": "{{{function}}}", "top_k": null}}""");
        double[] logits = [.. fixture.Expected(Text).Logits.ToArray().Select(logit => (double)logit).OrderDescending()];
        double sum = logits.Sum(Math.Exp);
        double[] expected = [.. logits.Select(logit => function switch { "none" => logit, "softmax" => Math.Exp(logit) / sum, _ => 1 / (1 + Math.Exp(-logit)) })];
        float[] scores = [.. answer[0].Predictions().Select(label => label.Score)];
        Assert.Equal(expected.Length, scores.Length);
        Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Softmax_does_not_overflow()
    {
        var result = new Classification
        {
            Label = "b",
            LabelIndex = 1,
            Score = 1,
            Logits = new float[] { -90, 0, 200 },
            Scores = new float[] { 0, 0, 1 },
            TokenCount = 1,
            IsTruncated = false,
            Labels = ["a", "b", "c"],
        };
        Assert.Equal(
            [("c", 1f), ("b", 0f), ("a", 0f)],
            Answers.By(ScoreFunction.Softmax, result).Select(label => (label.Label, label.Score < 1e-30f ? 0f : label.Score)));
    }
}
