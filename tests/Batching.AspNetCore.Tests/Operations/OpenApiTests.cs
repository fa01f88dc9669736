using System.Net;
using System.Text.Json;

namespace Batching.AspNetCore.Tests.Operations;

/// <summary>The document at <c>/openapi.json</c> says what the server does.</summary>
public sealed class OpenApiTests
{
    private static readonly string[] Inputs =
    [
        """ "a" """, "\"\"", "[]", "1", "null", "true", "{}",
        """["a"]""", """[""]""", """["a", "b"]""", """["", "b"]""", """["a", ""]""", """["a", "b", "c"]""", """["a", 1]""", """["a", ["b"]]""", "[1]", "[null]",
        "[[]]", """[["a"]]""", """[[""]]""", """[["a", "b"], ["c"]]""", """[["a"], ["", "b"]]""", """[["a"], []]""", """[["a", "b", "c"]]""", "[[1]]", """[[["a"]]]""",
        """{"text": "a"}""", """{"text": "a", "text_pair": "b"}""", """{"text": "a", "text_pair": null}""", """{"text": "", "text_pair": "b"}""", """{"text": "a", "text_pair": 1}""",
        """{"text_pair": "b"}""", """{"text": 1}""", """[{"text": "a"}, "b"]""", """[{"text": "a"}, {}]""", """[["a"], {"text": "b"}]""",
        Many("\"a\"", 5), Many("\"a\"", 6), Many("[\"a\"]", 5), Many("[\"a\", \"b\"]", 6), Many("{\"text\": \"a\"}", 5), Many("{\"text\": \"a\"}", 6),
    ];

    [Fact]
    public async Task What_it_describes_as_a_text_is_taken_and_nothing_else()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--max-client-batch-size", "5"]);
        JsonElement document = await DocumentAsync(server);
        foreach ((string path, string member, string rest) in ((string, string, string)[])
            [
                ("/predict", "inputs", ""), ("/", "inputs", ""), ("/tokenize", "inputs", ""), ("/inspect", "inputs", ""),
                ("/rerank", "texts", ", \"query\": \"a\""), ("/rerank", "query", ", \"texts\": [\"a\"]"),
            ])
        {
            JsonElement request = BodyOf(document, path);
            int taken = 0;
            foreach (string input in Inputs)
            {
                string body = $$"""{"{{member}}": {{input}}{{rest}}}""";
                using HttpResponseMessage response = await server.PostAsync(path, body);
                bool isTaken = response.StatusCode == HttpStatusCode.OK;
                Assert.True(Fits(document, request, JsonElement.Parse(body)) == isTaken, $"{path} {body} {response.StatusCode}");
                taken += isTaken ? 1 : 0;
            }

            Assert.InRange(taken, 1, Inputs.Length - 1);
            Assert.False(Fits(document, request, JsonElement.Parse("{}")));
        }
    }

    [Fact]
    public async Task Members_have_their_names_and_kinds()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        JsonElement document = await DocumentAsync(server);
        foreach ((string method, string path, string? body) in ((string, string, string?)[])
            [
                ("post", "/predict", """{"inputs": ["a", "b"], "raw_scores": true, "truncate": null, "truncation_direction": "Right"}"""),
                ("post", "/predict", """{"inputs": [["a"], ["b"]]}"""),
                ("post", "/", """{"inputs": "a", "parameters": {"top_k": 1, "function_to_apply": "none"}}"""),
                ("post", "/rerank", """{"query": "a", "texts": ["b"], "return_text": true}"""),
                ("post", "/rerank", """{"query": "a", "texts": ["b"]}"""),
                ("post", "/tokenize", """{"inputs": "a", "add_special_tokens": false}"""),
                ("post", "/inspect", """{"inputs": ["a", "b c"]}"""),
                ("get", "/info", null),
                ("get", "/status", null),
                ("get", "/health", null),
                ("get", "/health/live", null),
            ])
        {
            using HttpResponseMessage response = body is null
                ? await server.Client.GetAsync(new Uri(path, UriKind.Relative))
                : await server.PostAsync(path, body);
            string answer = await response.Content.ReadAsStringAsync();
            JsonElement described = document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses").GetProperty("200");
            Assert.True(response.IsSuccessStatusCode, answer);
            Assert.True(Fits(document, Content(described), JsonElement.Parse(answer)), $"{path} {answer}");
            Assert.True(body is null || Fits(document, BodyOf(document, path), JsonElement.Parse(body)), $"{path} {body}");
        }

        using HttpResponseMessage refused = await server.PostAsync("/predict", "{}");
        JsonElement error = document.GetProperty("paths").GetProperty("/predict").GetProperty("post").GetProperty("responses").GetProperty("422");
        Assert.True(Fits(document, Content(error), JsonElement.Parse(await refused.Content.ReadAsStringAsync())));
    }

    private static string Many(string entry, int count) => $"[{string.Join(", ", Enumerable.Repeat(entry, count))}]";

    private static async Task<JsonElement> DocumentAsync(RunningServer server) =>
        JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)));

    private static JsonElement BodyOf(JsonElement document, string path) =>
        Content(document.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("requestBody"));

    private static JsonElement Content(JsonElement described) => described.GetProperty("content").GetProperty("application/json").GetProperty("schema");

    private static JsonElement Resolve(JsonElement document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out JsonElement reference)
            ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;

    // What the document uses of JSON Schema.
    private static bool Fits(JsonElement document, JsonElement schema, JsonElement value)
    {
        schema = Resolve(document, schema);
        if (schema.TryGetProperty("oneOf", out JsonElement forms) && forms.EnumerateArray().Count(form => Fits(document, form, value)) != 1)
        {
            return false;
        }

        if (schema.TryGetProperty("enum", out JsonElement names) && !names.EnumerateArray().Any(name => JsonElement.DeepEquals(name, value)))
        {
            return false;
        }

        if (schema.TryGetProperty("type", out JsonElement type)
            && !(type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : Enumerable.Repeat(type, 1)).Any(name => IsOf(name.GetString()!, value)))
        {
            return false;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Length >= Number("minLength", 0),
            JsonValueKind.Array => value.GetArrayLength() >= Number("minItems", 0)
                && value.GetArrayLength() <= Number("maxItems", int.MaxValue)
                && (!schema.TryGetProperty("items", out JsonElement items) || value.EnumerateArray().All(item => Fits(document, items, item))),
            JsonValueKind.Object => (!schema.TryGetProperty("required", out JsonElement required)
                    || required.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)))
                && (!schema.TryGetProperty("properties", out JsonElement properties)
                    || value.EnumerateObject().All(member => properties.TryGetProperty(member.Name, out JsonElement of) && Fits(document, of, member.Value))),
            _ => true,
        };

        int Number(string keyword, int otherwise) => schema.TryGetProperty(keyword, out JsonElement limit) ? limit.GetInt32() : otherwise;
    }

    private static bool IsOf(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("string", JsonValueKind.String) or ("array", JsonValueKind.Array) or ("object", JsonValueKind.Object) or ("null", JsonValueKind.Null)
            or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => false,
    };
}
