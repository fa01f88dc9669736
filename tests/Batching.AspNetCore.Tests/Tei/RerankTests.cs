using System.Text.Json;
using Batching.Tests;

namespace Batching.AspNetCore.Tests.Tei;

/// <summary><c>POST /rerank</c> with a model of one label.</summary>
public sealed class RerankTests
{
    [Fact]
    public async Task Texts_are_ranked_best_first()
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract(RunningServer.OneLabel));
        await using RunningServer server = await RunningServer.StartSmallAsync();
        string[] texts = ["a b c", "1 2", "4", "where is it?"];
        string body = $$"""{"query": "the", "texts": {{JsonSerializer.Serialize(texts)}}""";
        (int Index, float Score)[] expected = [.. classifier.Rank("the", texts).Select(ranking => (ranking.Index, ranking.Score))];

        JsonElement answer = await server.AskAsync("/rerank", body + "}");
        Assert.Equal(expected, Ranking(answer));
        Assert.False(answer[0].TryGetProperty("text", out _));

        JsonElement withText = await server.AskAsync("/rerank", body + """, "return_text": true}""");
        Assert.All(withText.EnumerateArray(), entry => Assert.Equal(texts[entry.GetProperty("index").GetInt32()], entry.GetProperty("text").GetString()));

        JsonElement raw = await server.AskAsync("/rerank", body + """, "raw_scores": true}""");
        Assert.Equal(expected.Select(entry => entry.Index), Ranking(raw).Select(entry => entry.Index));
        Assert.Equal(
            expected.Select(entry => classifier.Classify(new TextInput("the", texts[entry.Index])).Logits.Span[0]),
            Ranking(raw).Select(entry => entry.Score));

    }

    [Theory]
    [InlineData("the", "a b c", "", "where is it?")]
    [InlineData("", "a b c", "", "where is it?")]
    [InlineData("the", "")]
    public async Task An_empty_text_is_ranked_like_any_other(string query, params string[] texts)
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract(RunningServer.OneLabel));
        await using RunningServer server = await RunningServer.StartSmallAsync();
        JsonElement answer = await server.AskAsync("/rerank", JsonSerializer.Serialize(new { query, texts }));
        Assert.Equal(classifier.Rank(query, texts).Select(ranking => (ranking.Index, ranking.Score)), Ranking(answer));
    }

    [Theory]
    [InlineData("Left", TruncationSide.Left)]
    [InlineData("Right", TruncationSide.Right)]
    public async Task Texts_that_are_too_long_are_cut_at_the_end_that_is_asked_for(string direction, TruncationSide side)
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(
            Repository.Contract(RunningServer.OneLabel), new SequenceClassifierOptions { TruncationSide = side });
        await using RunningServer server = await RunningServer.StartSmallAsync();
        string[] texts = [string.Join(' ', Enumerable.Range(0, 300)), "a b c"];
        Assert.True(classifier.Classify(new TextInput("the", texts[0])).IsTruncated);
        JsonElement answer = await server.AskAsync(
            "/rerank", $$"""{"query": "the", "texts": {{JsonSerializer.Serialize(texts)}}, "truncation_direction": "{{direction}}"}""");
        Assert.Equal(classifier.Rank("the", texts).Select(ranking => (ranking.Index, ranking.Score)), Ranking(answer));
    }

    [Fact]
    public async Task A_direction_that_there_is_not_is_refused_by_name()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        using HttpResponseMessage response = await server.PostAsync("/rerank", """{"query": "the", "texts": ["a"], "truncation_direction": "Up"}""");
        Assert.Contains("'Up'", await response.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
    }

    private static (int Index, float Score)[] Ranking(JsonElement answer) =>
        [.. answer.EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("score").GetSingle()))];
}
