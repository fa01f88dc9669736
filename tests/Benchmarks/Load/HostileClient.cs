using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Batching.Benchmarks.Load;

/// <summary>Sends what a server may choke on, one thing after the other. None of it may be its own failure.</summary>
internal sealed class HostileClient(Uri address, HttpClient client, Random random, ServerSoakCounts counts)
{
    private const int Large = 1_990_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(2);
    private static readonly string[] Paths = ["/predict", "/", "/rerank", "/tokenize", "/inspect"];

    // What takes the most to read, and what is torn, nested, not understood or no JSON.
    private static readonly string[] Bodies =
    [
        Inputs($"\"{new string('!', Large)}\""),
        Inputs($"\"{new string('a', Large)}\""),
        Inputs($"\"{string.Join(' ', Enumerable.Repeat("a", 65_000))}\""),
        Inputs($"\"{string.Concat(Enumerable.Repeat("\\ud83d\\ude00", Large / 12))}\""),
        Inputs($"\"{new string('a', 2_100_000)}\""),
        Inputs($"[{string.Join(',', Enumerable.Repeat($"\"{new string('!', 60_000)}\"", 32))}]"),
        Inputs($"[{string.Join(',', Enumerable.Repeat($"[\"{string.Join(' ', Enumerable.Repeat("the", 10_000))}\"]", 32))}]"),
        Inputs($"[{string.Join(',', Enumerable.Repeat("[]", Large / 3))}]"),
        Inputs($"[{string.Join(',', Enumerable.Repeat("\"a\"", Large / 4))}]"),
        Inputs(new string('[', 100_000)),
        $"{{\"query\": \"{string.Join(' ', Enumerable.Repeat("a", 30_000))}\", \"texts\": [{string.Join(',', Enumerable.Repeat("\"a\"", 32))}], \"return_text\": true}}",
        $"{{\"query\": \"a\", \"texts\": [{string.Join(',', Enumerable.Repeat($"\"{string.Concat(Enumerable.Repeat("\\u0001", 10_000))}\"", 32))}], \"return_text\": true}}",
        "{\"inputs\": \"a\", \"\\ud800\": 1}", "{\"inputs\": {\"\\ud800\": 1, \"text\": \"a\"}}", "{\"inputs\": \"\\ud800\"}", "{\"inputs\": \"a\", \"parameters\": {\"candidate_labels\": []}}",
        "{\"inputs\": \"a\", \"model\": \"another\"}", "{\"inputs\": \"a\"", "\0", "", "null", $"{{\"{new string('n', Large)}\": 1}}",
    ];

    private readonly Func<CancellationToken, Task>[] ways = new Func<CancellationToken, Task>[6];

    /// <summary>Goes on until it is over.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        (ways[0], ways[1], ways[2], ways[3], ways[4], ways[5]) = (SendAsync, SendAsync, LeaveAsync, DripAsync, IgnoreAsync, KnockAsync);
        while (!over.IsCancellationRequested)
        {
            try
            {
                await ways[random.Next(ways.Length)](over).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or OperationCanceledException)
            {
                // A connection that the server closes, as it may, or the end.
            }

            counts.Hostile();
            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static string Inputs(string inputs) => $"{{\"inputs\": {inputs}}}";

    private string Any(string[] choices) => choices[random.Next(choices.Length)];

    private HttpRequestMessage Post() => new(HttpMethod.Post, new Uri(Any(Paths), UriKind.Relative))
    {
        Content = new StringContent(Any(Bodies), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
    };

    private async Task SendAsync(CancellationToken over)
    {
        using HttpRequestMessage message = Post();
        using HttpResponseMessage response = await client.SendAsync(message, over).ConfigureAwait(false);
        await CheckAsync(message, response, over).ConfigureAwait(false);
    }

    private async Task LeaveAsync(CancellationToken over)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(over);
        leaving.CancelAfter(random.Next(1, 50));
        using HttpRequestMessage message = Post();
        using HttpResponseMessage response = await client.SendAsync(message, leaving.Token).ConfigureAwait(false);
    }

    // Sends a part of a body, and no more for some time.
    private async Task DripAsync(CancellationToken over)
    {
        string body = Any(Bodies);
        using TcpClient connection = await ConnectAsync(body, body[..(body.Length * 3 / 4)], over).ConfigureAwait(false);
        await Task.Delay(LongestStay * random.NextDouble(), over).ConfigureAwait(false);
    }

    // Asks for a large answer, and does not read it for some time.
    private async Task IgnoreAsync(CancellationToken over)
    {
        string body = Any(Bodies);
        using TcpClient connection = await ConnectAsync(body, body, over).ConfigureAwait(false);
        await Task.Delay(LongestStay * random.NextDouble(), over).ConfigureAwait(false);
    }

    private async Task KnockAsync(CancellationToken over)
    {
        string path = Any(["/", "/info", "/health", "/metrics", "/status", "/openapi.json", "/page.js", "/nothing", "/predict"]);
        using var message = new HttpRequestMessage(random.Next(2) == 0 ? HttpMethod.Head : HttpMethod.Delete, new Uri(path, UriKind.Relative));
        message.Headers.Host = random.Next(2) == 0 ? "evil.example" : null;
        message.Headers.TryAddWithoutValidation("x-long", new string('x', random.Next(8_000)));
        using HttpResponseMessage response = await client.SendAsync(message, over).ConfigureAwait(false);
        await CheckAsync(message, response, over).ConfigureAwait(false);
    }

    private async Task<TcpClient> ConnectAsync(string body, string sent, CancellationToken over)
    {
        var connection = new TcpClient { ReceiveBufferSize = 4096 };
        try
        {
            await connection.ConnectAsync(address.Host, address.Port, over).ConfigureAwait(false);
            string request = string.Create(
                CultureInfo.InvariantCulture,
                $"POST {Any(Paths)} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{sent}");
            await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), over).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private async Task CheckAsync(HttpRequestMessage message, HttpResponseMessage response, CancellationToken over)
    {
        string answer = await response.Content.ReadAsStringAsync(over).ConfigureAwait(false);
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            counts.Wrong($"{message.Method} {message.RequestUri}: {response.StatusCode} {answer}");
        }
    }
}
