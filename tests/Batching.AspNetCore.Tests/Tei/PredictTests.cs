using System.Text.Json;

namespace Batching.AspNetCore.Tests.Tei;

/// <summary><c>POST /predict</c>, case by case.</summary>
public sealed class PredictTests(Sst2Server fixture) : IClassFixture<Sst2Server>
{
    private const string Good = "I love this";
    private const string Bad = "what a waste of time";

    private static (string Label, float Score)[] Best(IReadOnlyList<string> labels, ReadOnlyMemory<float> scores) =>
        [.. labels.Zip(scores.ToArray()).OrderByDescending(entry => entry.Second)];

    private static (string Label, float Score)[] Scores(Classification result) => Best(result.Labels, result.Scores);

    private static (string Label, float Score)[] Logits(Classification result) => Best(result.Labels, result.Logits);

    [Theory]
    [InlineData($$"""{"inputs": "{{Good}}"}""")]
    [InlineData($$"""{"inputs": ["{{Good}}"]}""")]
    [InlineData($$"""{"inputs": "{{Good}}", "truncate": null, "truncation_direction": "Right", "raw_scores": false}""")]
    [InlineData($$"""{"inputs": "{{Good}}", "truncate": true, "truncation_direction": "right", "raw_scores": null, "model": null}""")]
    [InlineData($$"""{"inputs": "{{Good}}", "truncate": false}""")]
    public async Task One_text_gets_a_flat_list_of_labels_best_first(string body)
    {
        JsonElement answer = await fixture.Server.AskAsync("/predict", body);
        Assert.Equal(Scores(fixture.Expected(Good)), answer.Predictions());
        Assert.Equal("POSITIVE", answer[0].GetProperty("label").GetString());
        Assert.Equal(["score", "label"], answer[0].EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Two_texts_in_a_list_are_one_pair()
    {
        JsonElement answer = await fixture.Server.AskAsync("/predict", $$"""{"inputs": ["{{Good}}", "{{Bad}}"]}""");
        Assert.Equal(Scores(fixture.Expected(Good, Bad)), answer.Predictions());
    }

    [Fact]
    public async Task A_batch_gets_a_list_of_lists_in_its_order()
    {
        JsonElement answer = await fixture.Server.AskAsync("/predict", $$"""{"inputs": [["{{Bad}}"], ["{{Good}}", "{{Bad}}"], ["{{Good}}"]]}""");
        Assert.Equal(
            [Scores(fixture.Expected(Bad)), Scores(fixture.Expected(Good, Bad)), Scores(fixture.Expected(Good))],
            answer.EnumerateArray().Select(list => list.Predictions()));
        JsonElement one = await fixture.Server.AskAsync("/predict", $$"""{"inputs": [["{{Good}}"]]}""");
        Assert.Equal([Scores(fixture.Expected(Good))], one.EnumerateArray().Select(list => list.Predictions()));
    }

    [Fact]
    public async Task Raw_scores_are_logits()
    {
        JsonElement answer = await fixture.Server.AskAsync("/predict", $$"""{"inputs": "{{Bad}}", "raw_scores": true}""");
        Assert.Equal(Logits(fixture.Expected(Bad)), answer.Predictions());
        Assert.Contains(answer.Predictions(), label => label.Score < 0);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_cut_unless_the_request_says_otherwise()
    {
        string text = string.Join(' ', Enumerable.Repeat("long", 600));
        using HttpResponseMessage response = await fixture.Server.PostAsync("/predict", $$"""{"inputs": "{{text}}"}""");
        Assert.Equal(Scores(fixture.Expected(text)), JsonElement.Parse(await response.Content.ReadAsStringAsync()).Predictions());
        Assert.Equal(512, response.Header("x-compute-tokens"));
        using HttpResponseMessage refused = await fixture.Server.PostAsync("/predict", $$"""{"inputs": "{{text}}", "truncate": false}""");
        string error = await refused.AssertErrorAsync(422, "Validation");
        Assert.Contains("at most 512 tokens. Given: 602", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_tell_where_the_time_went()
    {
        using HttpResponseMessage response = await fixture.Server.PostAsync("/predict", """{"inputs": [["héllo 😀"], ["a", "b"]]}""");
        Assert.Equal("cpu", response.Headers.GetValues("x-compute-type").Single());
        Assert.Equal(9, response.Header("x-compute-characters"));
        int tokens = fixture.Expected("héllo 😀").TokenCount + fixture.Expected("a", "b").TokenCount;
        Assert.Equal(tokens, response.Header("x-compute-tokens"));
        int total = response.Header("x-total-time");
        Assert.Equal(total, response.Header("x-compute-time"));
        foreach (string part in (string[])["x-tokenization-time", "x-queue-time", "x-inference-time"])
        {
            Assert.InRange(response.Header(part), 0, total);
        }
    }

    [Theory]
    [InlineData("", TruncationSide.Right)]
    [InlineData(""", "truncation_direction": null""", TruncationSide.Right)]
    [InlineData(""", "truncation_direction": "Right", "truncate": true""", TruncationSide.Right)]
    [InlineData(""", "truncation_direction": "right" """, TruncationSide.Right)]
    [InlineData(""", "truncation_direction": "Left" """, TruncationSide.Left)]
    [InlineData(""", "truncation_direction": "left", "truncate": true""", TruncationSide.Left)]
    public async Task A_text_that_is_too_long_is_cut_at_the_end_that_is_asked_for(string parameters, TruncationSide side)
    {
        // What is cut off at one end is what the other end says.
        string text = $"{string.Join(' ', Enumerable.Repeat("love", 510))} {string.Join(' ', Enumerable.Repeat("hate", 510))}";
        string kept = side == TruncationSide.Left ? text[(text.Length / 2)..] : text[..(text.Length / 2)];
        JsonElement answer = await fixture.Server.AskAsync("/predict", $$"""{"inputs": [["{{text}}"], ["{{Good}}"]]{{parameters}}}""");
        Assert.Equal([Scores(fixture.Expected(kept)), Scores(fixture.Expected(Good))], answer.EnumerateArray().Select(list => list.Predictions()));
    }

    [Theory]
    [InlineData("Up")]
    [InlineData("LEFT")]
    [InlineData("")]
    [InlineData("Left ")]
    public async Task A_direction_that_there_is_not_is_refused_by_name(string direction)
    {
        using HttpResponseMessage response = await fixture.Server.PostAsync("/predict", $$"""{"inputs": "a", "truncation_direction": "{{direction}}"}""");
        Assert.Contains($"'{direction}'", await response.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_not_to_be_cut_is_refused_whatever_the_direction()
    {
        string text = string.Join(' ', Enumerable.Repeat("long", 600));
        using HttpResponseMessage response = await fixture.Server.PostAsync("/predict", $$"""{"inputs": "{{text}}", "truncate": false, "truncation_direction": "Left"}""");
        Assert.Contains("Given: 602", await response.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("😀 🤗 \\u0000 \\n \\t \\\" <script>")]
    [InlineData("我爱你 Ünïcödé")]
    [InlineData("\\ud83d\\ude00")]
    public async Task Any_characters_are_taken(string text)
    {
        JsonElement answer = await fixture.Server.AskAsync("/predict", $$"""{"inputs": "{{text}}"}""");
        Assert.Equal(Scores(fixture.Expected(JsonElement.Parse($"\"{text}\"").GetString()!)), answer.Predictions());
    }

    [Fact]
    public async Task A_thousand_requests_at_once_each_get_their_own_answer()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => string.Join(' ', Enumerable.Range(0, 1 + (i % 17)).Select(word => $"{i * word}")))];
        (string, float)[][] expected = [.. texts.Select(text => Scores(fixture.Expected(text)))];
        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i =>
            fixture.Server.AskAsync(i % 2 == 0 ? "/predict" : "/", $$"""{"inputs": "{{texts[i % texts.Length]}}"}""")));
        for (int i = 0; i < answers.Length; i++)
        {
            JsonElement answer = i % 2 == 0 ? answers[i] : answers[i][0];
            Assert.Equal(expected[i % texts.Length], answer.Predictions());
        }
    }
}
