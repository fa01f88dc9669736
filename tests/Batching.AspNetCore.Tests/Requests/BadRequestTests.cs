using System.Net.Http.Headers;
using System.Text;

namespace Batching.AspNetCore.Tests.Requests;

/// <summary>What is wrong is answered with a sentence and its kind, and takes nothing down.</summary>
public sealed class BadRequestTests(Sst2Server fixture) : IClassFixture<Sst2Server>
{
    public static TheoryData<string, string, int, string> Bodies()
    {
        var data = new TheoryData<string, string, int, string>();
        foreach (string path in (string[])["/predict", "/", "/tokenize", "/inspect"])
        {
            data.Add(path, "", 400, "Empty");
            data.Add(path, """{"inputs": ""}""", 400, "Empty");
            data.Add(path, """{"inputs": []}""", 400, "Empty");
            foreach (string body in (string[])
                [
                    " ", "null", "1", "\"text\"", "[]", "{", "{]", "not json", "{}", """{"input": "a"}""", """{"inputs": null}""", """{"inputs": 1}""",
                    """{"inputs": true}""", """{"inputs": {}}""", """{"inputs": [1]}""", """{"inputs": [null]}""", """{"inputs": ["a", null]}""",
                    """{"inputs": [[["a"]]]}""", """{"inputs": "a"} x""", """{"inputs": "a"}{}""", """{"inputs": "a",}""", """{'inputs': 'a'}""",
                    """{"inputs": "\ud800"}""", """{"inputs": "\udc00 a"}""", """{"inputs": "\ud83d"}""", """{"inputs": "\x"}""",
                    $$"""{"inputs": {{new string('[', 100)}}{{new string(']', 100)}}}""",
                ])
            {
                data.Add(path, body, 422, "Validation");
            }
        }

        foreach (string path in (string[])["/predict", "/", "/tokenize", "/inspect"])
        {
            foreach (string body in (string[])
                [
                    """{"\ud800": 1, "inputs": "a"}""", """{"\udc00": 1, "inputs": "a"}""", """{"inputs": {"\ud800": 1, "text": "a"}}""", """{"inputs": [{"\ud800": 1, "text": "a"}]}""",
                    """{"inputs": "a", "parameters": {"\ud800": 1}}""", """{"inputs": "a", "options": {"\ud800": 1}}""", """{"inputs": "a", "model": "\ud800"}""",
                    """{"inputs": "a", "inputs": "b"}""", """{"inputs": {"text": "a", "text": "b"}}""", """{"inputs": "a", "parameters": {"top_k": 1, "top_k": 2}}""",
                    $$"""{"inputs": "a", "{{new string('n', 100_000)}}": 1}""",
                ])
            {
                data.Add(path, body, 422, "Validation");
            }
        }

        data.Add("/rerank", """{"query": "a", "texts": ["b"], "\ud800": 1}""", 422, "Validation");
        data.Add("/predict", """{"inputs": [[]]}""", 400, "Empty");
        data.Add("/predict", """{"inputs": ["", ""]}""", 400, "Empty");
        data.Add("/predict", """{"inputs": [["a"], [""]]}""", 400, "Empty");
        data.Add("/predict", """{"inputs": ["a", "b", "c"]}""", 422, "Validation");
        data.Add("/predict", """{"inputs": [["a", "b", "c"]]}""", 422, "Validation");
        data.Add("/predict", """{"inputs": ["a", ["b"]]}""", 422, "Validation");
        data.Add("/predict", """{"inputs": [["a"], {"text": "b"}]}""", 422, "Validation");
        data.Add("/predict", """{"inputs": "a", "truncate": "yes"}""", 422, "Validation");
        data.Add("/predict", """{"inputs": "a", "raw_scores": 1}""", 422, "Validation");
        data.Add("/predict", """{"inputs": "a", "truncation_direction": 1}""", 422, "Validation");
        data.Add("/predict", $$"""{"inputs": [{{string.Join(',', Enumerable.Repeat("[\"a\"]", 33))}}]}""", 422, "Validation");
        data.Add("/", $$"""{"inputs": [{{string.Join(',', Enumerable.Repeat("\"a\"", 33))}}]}""", 422, "Validation");
        data.Add("/tokenize", $$"""{"inputs": [{{string.Join(',', Enumerable.Repeat("\"a\"", 33))}}]}""", 422, "Validation");
        data.Add("/", """{"inputs": "a", "parameters": {"top_k": 0}}""", 422, "Validation");
        data.Add("/", """{"inputs": "a", "parameters": {"top_k": 1.5}}""", 422, "Validation");
        data.Add("/", """{"inputs": "a", "parameters": {"function_to_apply": "tanh"}}""", 422, "Validation");
        data.Add("/", """{"inputs": "a", "parameters": []}""", 422, "Validation");
        data.Add("/", """{"inputs": {"text_pair": "a"}}""", 422, "Validation");
        data.Add("/rerank", """{"query": "a", "texts": []}""", 400, "Empty");
        data.Add("/rerank", """{"query": "", "texts": []}""", 400, "Empty");
        data.Add("/rerank", """{"texts": ["a"]}""", 422, "Validation");
        data.Add("/rerank", """{"query": "a"}""", 422, "Validation");
        data.Add("/rerank", """{"query": "a", "texts": ["b"]}""", 424, "Backend");
        data.Add("/predict", $$"""{"inputs": "{{new string('a', 2_000_000)}}"}""", 413, "Validation");
        return data;
    }

    [Theory]
    [MemberData(nameof(Bodies), DisableDiscoveryEnumeration = true)]
    public async Task It_is_told_what_is_wrong(string path, string body, int status, string type)
    {
        using HttpResponseMessage response = await fixture.Server.PostAsync(path, body);
        await response.AssertErrorAsync(status, type);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused()
    {
        var content = new ByteArrayContent([.. "{\"inputs\": \""u8, 0xFF, 0xFE, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await fixture.Server.Client.PostAsync("/predict", content);
        await response.AssertErrorAsync(422, "Validation");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Another_content_type_than_json_is_refused(string? contentType)
    {
        var content = new ByteArrayContent("""{"inputs": "a"}"""u8.ToArray());
        content.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType);
        using HttpResponseMessage response = await fixture.Server.Client.PostAsync("/predict", content);
        await response.AssertErrorAsync(415, "Validation");
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_read_no_further_than_the_limit()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict");
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"inputs": "{{new string('a', 2_000_000)}}"}""")));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await fixture.Server.Client.SendAsync(request);
        await response.AssertErrorAsync(413, "Validation");
    }

    [Fact]
    public async Task What_is_not_there_is_an_error_of_the_same_form()
    {
        using HttpResponseMessage missing = await fixture.Server.Client.GetAsync(new Uri("/nothing", UriKind.Relative));
        await missing.AssertErrorAsync(404, "Validation");
        using HttpResponseMessage wrong = await fixture.Server.Client.GetAsync(new Uri("/predict", UriKind.Relative));
        await wrong.AssertErrorAsync(405, "Validation");
    }
}
