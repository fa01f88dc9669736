using System.Net;
using System.Text.Json;

namespace Batching.AspNetCore.Tests.Requests;

/// <summary>What a request asks for is done or refused, never ignored.</summary>
public sealed class ParameterTests(Sst2Server fixture) : IClassFixture<Sst2Server>
{
    [Theory]
    [InlineData("/", """{"inputs": "a", "parameters": {"candidate_labels": ["good", "bad"]}}""", "parameters.candidate_labels")]
    [InlineData("/", """{"inputs": "a", "parameters": {"candidate_labels": null}}""", "parameters.candidate_labels")]
    [InlineData("/", """{"inputs": "a", "parameters": {"max_length": 5}}""", "parameters.max_length")]
    [InlineData("/", """{"inputs": "a", "parameters": {"Top_k": 1}}""", "Is top_k meant?")]
    [InlineData("/", """{"inputs": "a", "top_k": 1}""", "top_k")]
    [InlineData("/", """{"inputs": "a", "options": {"wait_for_models": true}}""", "options.wait_for_models")]
    [InlineData("/", """{"inputs": {"text": "a", "pair": "b"}}""", "inputs.pair")]
    [InlineData("/", """{"inputs": ["a", {"text": "a", "textpair": "b"}]}""", "inputs[1].textpair")]
    [InlineData("/predict", """{"inputs": "a", "parameters": {"top_k": 1}}""", "parameters")]
    [InlineData("/predict", """{"inputs": "a", "truncat": true}""", "Is truncate meant?")]
    [InlineData("/predict", """{"inputs": "a", "return_text": true}""", "return_text")]
    [InlineData("/rerank", """{"query": "a", "texts": ["b"], "top_n": 1}""", "top_n")]
    [InlineData("/rerank", """{"query": "a", "documents": ["b"]}""", "documents")]
    [InlineData("/tokenize", """{"inputs": "a", "truncate": true}""", "truncate")]
    [InlineData("/tokenize", """{"inputs": "a", "prompt_name": "query"}""", "prompt_name")]
    [InlineData("/inspect", """{"inputs": "a", "raw_scores": true}""", "raw_scores")]
    public async Task What_is_not_understood_is_refused_by_name(string path, string body, string named)
    {
        using HttpResponseMessage response = await fixture.Server.PostAsync(path, body);
        string error = await response.AssertErrorAsync(422, "Validation");
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Batching.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/predict", """{"inputs": "a", "truncate": false, "raw_scores": false, "truncation_direction": "Right"}""")]
    [InlineData("/", """{"inputs": "a", "options": {"wait_for_model": true, "use_cache": false, "use_gpu": false}, "parameters": {"top_k": null, "function_to_apply": null, "truncation": true, "padding": true}}""")]
    [InlineData("/", """{"inputs": "a", "options": null, "parameters": null}""")]
    [InlineData("/tokenize", """{"inputs": "a", "add_special_tokens": true, "prompt_name": null}""")]
    public async Task What_clients_send_and_changes_nothing_is_taken(string path, string body)
    {
        JsonElement plain = await fixture.Server.AskAsync(path, """{"inputs": "a"}""");
        Assert.True(JsonElement.DeepEquals(plain, await fixture.Server.AskAsync(path, body)));
    }

    [Fact]
    public async Task Truncation_is_that_of_the_other_contract()
    {
        string text = string.Join(' ', Enumerable.Repeat("long", 600));
        using HttpResponseMessage refused = await fixture.Server.PostAsync("/", $$$"""{"inputs": "{{{text}}}", "parameters": {"truncation": false}}""");
        Assert.Contains("Given: 602", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/predict", """{"inputs": "a", "model": "{0}"}""")]
    [InlineData("/", """{"inputs": "a", "model": "{0}"}""")]
    [InlineData("/rerank", """{"query": "a", "texts": ["b"], "model": "{0}"}""")]
    [InlineData("/tokenize", """{"inputs": "a", "model": "{0}"}""")]
    [InlineData("/inspect", """{"inputs": "a", "model": "{0}"}""")]
    public async Task A_model_that_is_not_served_is_not_found_and_the_one_that_is_answers(string path, string body)
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--served-model-name", "the one"]);
        using HttpResponseMessage other = await server.PostAsync(path, body.Replace("{0}", "another", StringComparison.Ordinal));
        string error = await other.AssertErrorAsync(404, "Validation");
        Assert.Contains("'another'", error, StringComparison.Ordinal);
        Assert.Contains("'the one'", error, StringComparison.Ordinal);
        using HttpResponseMessage served = await server.PostAsync(path, body.Replace("{0}", "the one", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }
}
