using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Batching.Benchmarks.Load;

/// <summary>A request with the answer that it has to get, whatever else is asked at the time.</summary>
internal sealed class HonestRequest
{
    private const string Text = "the where is it, and who were they?";

    private readonly string? body;
    private byte[] expected = [];
    private int answers;

    private HonestRequest(string path, string? body = null)
    {
        Path = path;
        this.body = body;
    }

    public string Path { get; }

    /// <summary>How often it was answered.</summary>
    public int Answers => Volatile.Read(ref answers);

    /// <summary>Requests for every endpoint, each asked alone first; what is a matter of the model is compared with the library.</summary>
    /// <exception cref="InvalidOperationException">One gets no answer, or another than the library gives.</exception>
    public static async Task<HonestRequest[]> AskAloneAsync(HttpClient client, string modelFolder)
    {
        string[] texts = [.. Enumerable.Range(1, 12).Select(count => string.Join(' ', Enumerable.Repeat(Text, count)))];
        HonestRequest[] requests =
        [
            .. texts.Select(text => new HonestRequest("/predict", new JsonObject { ["inputs"] = text, ["raw_scores"] = true }.ToJsonString())),
            new("/predict", new JsonObject { ["inputs"] = new JsonArray([.. texts.Select(text => new JsonArray(text, Text))]), ["truncate"] = true }.ToJsonString()),
            new("/", new JsonObject { ["inputs"] = List(texts), ["parameters"] = new JsonObject { ["top_k"] = 1, ["function_to_apply"] = "sigmoid" } }.ToJsonString()),
            new("/rerank", new JsonObject { ["query"] = Text, ["texts"] = List([.. texts, ""]), ["return_text"] = true }.ToJsonString()),
            new("/tokenize", new JsonObject { ["inputs"] = List(texts) }.ToJsonString()),
            new("/inspect", new JsonObject { ["inputs"] = List(texts) }.ToJsonString()),
            new("/info"),
            new("/health"),
            new("/health/live"),
            new("/openapi.json"),
            new("/page.js"),
        ];
        foreach (HonestRequest request in requests)
        {
            using HttpResponseMessage response = await client.SendAsync(request.Message()).ConfigureAwait(false);
            request.expected = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidOperationException($"{request.Path} is answered with {response.StatusCode}: {Encoding.UTF8.GetString(request.expected)}");
            }
        }

        using SequenceClassifier classifier = SequenceClassifier.Load(modelFolder);
        for (int i = 0; i < texts.Length; i++)
        {
            float logit = classifier.Classify(texts[i]).Logits.Span[0];
            float answered = (float)JsonNode.Parse(requests[i].expected)![0]!["score"]!;
            if (BitConverter.SingleToInt32Bits(logit) != BitConverter.SingleToInt32Bits(answered))
            {
                throw new InvalidOperationException($"The logit of '{texts[i]}' is {logit:R}, and the server answers {answered:R}.");
            }
        }

        return requests;
    }

    /// <summary>Asks once, and compares.</summary>
    public async Task AskAsync(HttpClient client, ServerSoakCounts counts, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage message = Message();
            using HttpResponseMessage response = await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                counts.Refused();
            }
            else if (response.StatusCode == HttpStatusCode.OK && answer.AsSpan().SequenceEqual(expected))
            {
                Interlocked.Increment(ref answers);
                counts.Answered();
            }
            else
            {
                counts.Wrong($"{Path}: {response.StatusCode} {Encoding.UTF8.GetString(answer)}");
            }
        }
        catch (HttpRequestException exception)
        {
            counts.Wrong($"{Path}: {exception}");
        }
    }

    private static JsonArray List(string[] texts) => [.. texts.Select(text => (JsonNode)text)];

    private HttpRequestMessage Message() => new(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(Path, UriKind.Relative))
    {
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
    };
}
