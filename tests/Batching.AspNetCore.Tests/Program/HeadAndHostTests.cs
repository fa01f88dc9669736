using System.Net;

namespace Batching.AspNetCore.Tests.Program;

/// <summary>Probes ask with HEAD, and pages on the web do not get to a server that is there for its own machine only.</summary>
public sealed class HeadAndHostTests
{
    private static readonly string[] Gets = ["/", "/info", "/health", "/health/live", "/status", "/metrics", "/openapi.json", "/page.css", "/page.js"];

    [Theory]
    [InlineData("*/*")]
    [InlineData("text/html")]
    public async Task Head_is_answered_as_get_without_its_body(string accept)
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        server.Client.DefaultRequestHeaders.Accept.ParseAdd(accept);
        foreach (string path in Gets)
        {
            using HttpResponseMessage get = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            using HttpResponseMessage head = await HeadAsync(server.Client, path);
            Assert.Equal((get.StatusCode, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }

        using HttpResponseMessage post = await HeadAsync(server.Client, "/predict");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Head_needs_the_key_where_get_does()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--api-key", "secret"]);
        foreach (string path in Gets)
        {
            using HttpResponseMessage get = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            using HttpResponseMessage head = await HeadAsync(server.Client, path);
            Assert.Equal(get.StatusCode, head.StatusCode);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", "evil.example", false)]
    [InlineData("127.0.0.1", "evil.example:8080", false)]
    [InlineData("127.0.0.1", "localhost.evil.example", false)]
    [InlineData("127.0.0.1", "10.0.0.1", false)]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "LOCALHOST:1", true)]
    [InlineData("127.0.0.1", "127.0.0.1:8080", true)]
    [InlineData("127.0.0.1", "[::1]:8080", true)]
    [InlineData("127.0.0.5", "127.0.0.5", true)]
    [InlineData("0.0.0.0", "10.0.0.1", true)]
    [InlineData("0.0.0.0", "service.example", true)]
    public async Task Names_of_this_machine_are_let_in_where_only_it_is_listened_to_and_any_otherwise(string listening, string host, bool isLetIn)
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--hostname", listening]);
        await AssertAsync(server, host, isLetIn);
    }

    [Theory]
    [InlineData("a.example", true)]
    [InlineData("b.c.example", true)]
    [InlineData("localhost", false)]
    public async Task The_setting_has_the_last_word(string host, bool isLetIn)
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--AllowedHosts", "a.example;*.c.example"]);
        await AssertAsync(server, host, isLetIn);
    }

    private static async Task AssertAsync(RunningServer server, string host, bool isLetIn)
    {
        foreach (string path in (string[])["/health", "/info", "/"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.{(server.Client.BaseAddress!.Host.EndsWith('5') ? 5 : 1)}:{server.Client.BaseAddress.Port}{path}")) { Headers = { Host = host } };
            using HttpResponseMessage response = await server.Client.SendAsync(request);
            if (isLetIn)
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
            else
            {
                Assert.Contains($"'{host}'", await response.AssertErrorAsync(400, "Validation"), StringComparison.Ordinal);
            }
        }
    }

    private static async Task<HttpResponseMessage> HeadAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        return await client.SendAsync(request);
    }
}
