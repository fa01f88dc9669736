using System.Text.Json;
using Batching.Tests;

namespace Batching.Server.Tests;

/// <summary><c>POST /rerank</c> with a model of one label.</summary>
public sealed class RerankTests
{
    private const string Body = """{"query": "the", "texts": ["a b c", "1 2", "", "where is it?"]""";

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

        using HttpResponseMessage empty = await server.PostAsync("/rerank", Body + "}");
        Assert.Contains("texts[2]", await empty.AssertErrorAsync(400, "Empty"), StringComparison.Ordinal);
    }

    private static (int Index, float Score)[] Ranking(JsonElement answer) =>
        [.. answer.EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("score").GetSingle()))];
}
