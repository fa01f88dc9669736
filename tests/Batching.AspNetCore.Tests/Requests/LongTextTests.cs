using System.Text.Json;
using Batching.Tests;

namespace Batching.AspNetCore.Tests.Requests;

/// <summary>A server whose model windows long texts: nothing is cut, and nothing refused for being longer than the model takes.</summary>
public sealed class LongTextTests
{
    private static readonly string[] Windows =
        ["--Batching:Classifier:LongText=Windows", "--Batching:Classifier:Stride=4", "--max-input-length", "16", "--max-tokens-waiting", "1000"];

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("null")]
    public async Task Long_texts_are_answered_by_all_their_windows_whatever_truncate_says(string truncate)
    {
        using SequenceClassifier classifier = Sst2.Load(new SequenceClassifierOptions { MaxLength = 16, LongText = LongText.Windows, Stride = 4 });
        string text = string.Join(' ', Enumerable.Repeat("a good film and a bad one", 12));
        Classification expected = classifier.Classify(text);
        Assert.True(expected.Windows.Count > 5);
        await using RunningServer server = await RunningServer.StartAsync([.. Windows, "--auto-truncate", "false"]);
        using HttpResponseMessage response = await server.PostAsync("/predict", $$"""{"inputs": [["{{text}}"], ["good"]], "truncate": {{truncate}}}""");
        JsonElement answer = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(expected.TopK(2).Select(label => (label.Label, label.Score)), answer[0].Predictions());
        Assert.Equal(expected.TokenCount + classifier.Classify("good").TokenCount, response.Header("x-compute-tokens"));

        using HttpResponseMessage tooLong = await server.PostAsync("/predict", $$"""{"inputs": "{{string.Join(' ', Enumerable.Repeat("long", 1_000))}}"}""");
        Assert.Contains("never lets more than 1000", await tooLong.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);

        JsonElement inspected = (await server.AskAsync("/inspect", $$"""{"inputs": "{{text}}"}""")).GetProperty("rows")[0];
        Assert.Equal((false, expected.Windows.Count), (inspected.GetProperty("is_truncated").GetBoolean(), inspected.GetProperty("windows").GetInt32()));

        JsonElement info = JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/info", UriKind.Relative)));
        Assert.Equal((false, 1_000), (info.GetProperty("auto_truncate").GetBoolean(), info.GetProperty("max_input_length").GetInt32()));
    }

    [Fact]
    public async Task Long_texts_are_ranked_by_their_pooled_scores()
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(
            Repository.Contract(RunningServer.OneLabel), new SequenceClassifierOptions { MaxLength = 16, LongText = LongText.Windows, Stride = 4 });
        await using RunningServer server = await RunningServer.StartSmallAsync(Windows);
        string[] texts = [.. Enumerable.Range(1, 9).Select(index => string.Join(' ', Enumerable.Range(index, index * 7)))];
        JsonElement answer = await server.AskAsync("/rerank", $$"""{"query": "the", "texts": {{JsonSerializer.Serialize(texts)}}}""");
        Assert.Equal(
            classifier.Rank("the", texts).Select(ranking => (ranking.Index, ranking.Score)),
            answer.EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("score").GetSingle())));
    }
}
