using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Hub;

/// <summary>Servers that refuse, fail, lie or attack: a sentence that says what to do, nothing outside the cache, no half file.</summary>
public sealed class BadServerTests : IDisposable
{
    private const string Model = "onnx/model.onnx";
    private const string Secret = "hf_secret";

    private readonly HubWorkspace workspace = new();
    private readonly ImpatientClock clock = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData(401, null, "HF_TOKEN", "spelling")]
    [InlineData(401, Secret, "not valid", "spelling")]
    [InlineData(403, null, "gated", "HF_TOKEN")]
    [InlineData(403, Secret, "gated", "accept its conditions")]
    [InlineData(404, null, "spelling", "'main'")]
    [InlineData(400, null, "HF_ENDPOINT", "proxy")]
    public async Task What_the_server_refuses_is_not_asked_again_and_says_what_to_do(int status, string? token, params string[] says)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Status(status));
        ModelLoadException refusal = await RefusalAsync(server, token, says);
        Assert.Equal((HttpStatusCode)status, Assert.IsType<HttpRequestException>(refusal.InnerException).StatusCode);
        Assert.Contains($"{server.Endpoint}api/models/{HubServer.Repository}/revision/main answered {status}", refusal.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Empty(clock.Pauses);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_file_that_the_server_refuses_is_named(int status)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.Head("vocab.txt"), HubServer.Status(status));
        await RefusalAsync(server, token: null, $"answered {status}", "'vocab.txt'", HubServer.Repository);
        Assert.Empty(clock.Pauses);
    }

    [Fact]
    public async Task A_revision_that_does_not_exist_is_named()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server, clock);
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, "no-such-branch", cancellationToken: TestEnd));
        Assert.Contains("'no-such-branch'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("no such revision", refusal.Message, StringComparison.Ordinal);
        workspace.AssertSound(server);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task What_fails_for_a_while_is_tried_again(int status)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.IsListing, HubServer.Status(status), HubServer.Status(status));
        server.Misbehave(HubServer.Head(Model), HubServer.Status(status));
        server.Misbehave(server.Content(Model), HubServer.Status(status), HubServer.Status(status));
        server.Misbehave(server.Content("vocab.txt"), HubServer.Status(status));
        await DownloadAsync(server);
        Assert.Equal(6, clock.Pauses.Count);
        Assert.All(clock.Pauses, pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task What_keeps_failing_is_given_up_with_its_status()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Status(503));
        ModelLoadException refusal = await RefusalAsync(server, token: null, "answered 503", "5 retries", "try again later");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, Assert.IsType<HttpRequestException>(refusal.InnerException).StatusCode);
        Assert.Equal(5, clock.Pauses.Count);
        Assert.Equal(6, server.Requests.Count);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("Thu, 01 Jan 2026 00:01:30 GMT", 90)]
    [InlineData("Wed, 31 Dec 2025 00:00:00 GMT", 0)]
    public async Task Retry_After_is_honoured(string value, int seconds)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.IsListing, HubServer.Status(429, ("Retry-After", value)));
        await DownloadAsync(server);
        Assert.Equal(seconds == 0 ? [] : [TimeSpan.FromSeconds(seconds)], clock.Pauses.Where(pause => pause > TimeSpan.Zero));
        Assert.Equal(2, server.Requests.Count(request => request.Path.StartsWith("/api", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Whoever_asks_to_wait_for_an_hour_is_not_waited_for()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.IsListing, HubServer.Status(429, ("Retry-After", "3600")));
        await RefusalAsync(server, token: null, "answered 429", "wait 3600 s");
        Assert.Empty(clock.Pauses);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_to_be()
    {
        HubServer server = await HubServer.StartAsync();
        await server.DisposeAsync();
        ModelLoadException refusal = await RefusalAsync(server, token: null, "could not be read", "network", "HF_ENDPOINT");
        Assert.Null(Assert.IsType<HttpRequestException>(refusal.InnerException).StatusCode);
        Assert.Equal(5, clock.Pauses.Count);
    }

    [Fact]
    public async Task The_token_goes_to_the_endpoint_and_to_no_other_host_or_port()
    {
        await using HubServer server = await HubServer.StartAsync();
        await DownloadAsync(server, Secret);
        Assert.Contains(server.Requests, request => request.IsForContents);
        Assert.All(server.Requests, request => Assert.Equal(request.IsForContents ? null : $"Bearer {Secret}", request.Authorization));
    }

    [Fact]
    public async Task The_token_does_not_follow_a_listing_or_a_small_file_elsewhere()
    {
        await using HubServer server = await HubServer.StartAsync();
        string elsewhere = $"{server.Contents}elsewhere";
        server.Misbehave(HubServer.IsListing, HubServer.Status(307, ("Location", elsewhere)));
        await RefusalAsync(server, Secret, $"{server.Endpoint}api/models", "answered 404");
        server.Misbehave(server.Content("vocab.txt"), HubServer.Status(302, ("Location", elsewhere)));
        await RefusalAsync(server, Secret, "vocab.txt", "answered 404");
        Assert.Contains(server.Requests, request => request.IsForContents);
        Assert.All(server.Requests, request => Assert.Equal(request.IsForContents ? null : $"Bearer {Secret}", request.Authorization));
    }

    [Fact]
    public async Task A_renamed_repository_is_followed_with_the_token()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.IsListing, HubServer.Status(307, ("Location", $"/api/models/{HubServer.Repository}/revision/{HubServer.Commit}")));
        await DownloadAsync(server, Secret);
        Assert.All(server.Requests.Take(2), request => Assert.Equal($"Bearer {Secret}", request.Authorization));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/model")]
    public async Task A_redirect_to_what_is_no_server_is_refused(string target)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Status(302, ("Location", target)));
        await RefusalAsync(server, Secret, "redirected", "HF_ENDPOINT");
    }

    [Fact]
    public async Task A_redirect_in_a_circle_ends()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(server.Content(Model), HubServer.Status(302, ("Location", $"{server.Contents}{server.EtagOf(Model)}")));
        await RefusalAsync(server, token: null, "redirected after 10 other redirects");
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused_and_the_token_stays()
    {
        await using HubServer server = await HubServer.StartAsync();
        using var handler = new DowngradingHandler(server.Endpoint);
        using ModelHub hub = workspace.Hub(server, clock, options => options with { Endpoint = new Uri("https://hub.test"), Token = Secret, HttpHandler = handler });
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.Contains("redirected to 'http', which is not as safe as 'https'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, handler.Requests);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_handler_that_follows_redirects_is_refused()
    {
        using var handler = new SocketsHttpHandler();
        using var around = new DowngradingHandler(new Uri("http://hub.test")) { InnerHandler = handler };
        Assert.Contains(
            "AllowAutoRedirect",
            Assert.Throws<ArgumentException>(() => workspace.Hub(server: null, change: options => options with { HttpHandler = around })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("..")]
    [InlineData("onnx/../../x")]
    [InlineData("..\\..\\x")]
    [InlineData("/etc/passwd")]
    [InlineData("\\\\host\\share")]
    [InlineData("C:\\x")]
    [InlineData("c:/x")]
    [InlineData("c:")]
    [InlineData("a\0b")]
    public async Task A_listing_with_a_name_that_leaves_its_folder_is_refused(string name)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files[name] = "x"u8.ToArray();
        await RefusalAsync(server, token: null, "would lie outside the repository's folder", "HF_ENDPOINT");
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("runs/Jan 1 12:00:00/events")]
    [InlineData("a..b")]
    [InlineData("...")]
    [InlineData("aux.txt")]
    [InlineData("ünïcödé/文")]
    public async Task A_listing_with_an_odd_name_that_nobody_asks_for_is_none_the_worse(string name)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files[name] = "x"u8.ToArray();
        await DownloadAsync(server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>Please log in</html>")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567"}""")]
    [InlineData("""{"sha": 5, "siblings": []}""")]
    [InlineData("""{"sha": "main", "siblings": []}""")]
    [InlineData("""{"sha": "../../../../../../../../../../../../../x", "siblings": []}""")]
    [InlineData("""{"sha": "0123456789ABCDEF0123456789abcdef01234567", "siblings": []}""")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": {}}""")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [5]}""")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{}]}""")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": null}]}""")]
    [InlineData("""{"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{"rfilename": "\ud800"}]}""")]
    [InlineData("""{"sha": "\ud800", "siblings": []}""")]
    public async Task What_is_no_listing_is_refused(string body)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Send(Encoding.UTF8.GetBytes(body)));
        await RefusalAsync(server, token: null, "gave a listing", "HF_ENDPOINT");
    }

    [Fact]
    public async Task A_listing_nested_without_end_is_refused()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Send(Encoding.ASCII.GetBytes(new string('[', 1_000_000))));
        await RefusalAsync(server, token: null, "gave a listing");
    }

    [Fact]
    public async Task A_listing_of_a_million_files_is_refused()
    {
        await using HubServer server = await HubServer.StartAsync();
        string body = $$"""{"sha": "{{HubServer.Commit}}", "siblings": [{{string.Join(',', Enumerable.Repeat("""{"rfilename":"x"}""", 1_000_000))}}]}""";
        server.AlwaysMisbehave(HubServer.IsListing, HubServer.Send(Encoding.ASCII.GetBytes(body)));
        await RefusalAsync(server, token: null, "1000000 files", "100000");
    }

    [Fact]
    public async Task A_listing_without_end_is_refused_in_bounded_memory()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.IsListing, async context =>
        {
            byte[] more = [.. Enumerable.Repeat((byte)' ', 1 << 20)];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(more, context.RequestAborted);
            }
        });
        await RefusalAsync(server, token: null, "more than 33554432 bytes");
    }

    [Fact]
    public async Task A_listing_for_another_commit_than_asked_for_is_refused()
    {
        await using HubServer server = await HubServer.StartAsync();
        using ModelHub hub = workspace.Hub(server, clock);
        string other = new('a', 40);
        server.Misbehave(HubServer.IsListing, HubServer.Send(Encoding.UTF8.GetBytes(new JsonObject { ["sha"] = HubServer.Commit, ["siblings"] = new JsonArray() }.ToJsonString())));
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, other, cancellationToken: TestEnd));
        Assert.Contains(other, refusal.Message, StringComparison.Ordinal);
        workspace.AssertFiles();
    }

    [Fact]
    public async Task A_file_of_another_commit_is_refused()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.Head("vocab.txt"), HubServer.Status(200, ("X-Repo-Commit", new string('b', 40)), ("ETag", $"\"{server.EtagOf("vocab.txt")}\"")));
        await RefusalAsync(server, token: null, "vocab.txt", new string('b', 40));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"\"")]
    [InlineData("\"abc-5\"")]
    [InlineData("\"../../../../../../../../../../../../../../x\"")]
    [InlineData("\"0123456789abcdef0123456789abcdef/../../x\"")]
    public async Task A_file_that_could_not_be_checked_is_refused(string? etag)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.Head("vocab.txt"), HubServer.Status(200, etag is null ? [] : [("ETag", etag)]));
        await RefusalAsync(server, token: null, "vocab.txt", "neither a sha256 nor a git SHA-1");
    }

    [Theory]
    [InlineData(Model)]
    [InlineData("vocab.txt")]
    public async Task A_file_that_comes_corrupted_is_downloaded_anew(string name)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(server.Content(name), HubServer.Send(Corrupted(server.Files[name])));
        await DownloadAsync(server);
        Assert.Equal(2, server.CountOf(name));
    }

    [Theory]
    [InlineData(Model)]
    [InlineData("vocab.txt")]
    public async Task A_file_that_is_always_corrupted_is_refused_and_leaves_nothing(string name)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(server.Content(name), HubServer.Send(Corrupted(server.Files[name])));
        await RefusalAsync(server, token: null, "checksum", server.EtagOf(name), Path.GetFileName(name));
        Assert.Empty(workspace.Incomplete());
        Assert.False(File.Exists(Path.Combine(workspace.Snapshot, name)));
        Assert.False(File.Exists(workspace.Blob(server.EtagOf(name))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public async Task A_server_that_announces_another_length_than_the_files_is_refused(int difference)
    {
        await using HubServer server = await HubServer.StartAsync();
        byte[] content = server.Files["vocab.txt"];
        byte[] other = [.. content.Concat(new byte[Math.Max(0, difference)]).Take(content.Length + difference)];
        server.AlwaysMisbehave(server.Content("vocab.txt"), HubServer.Send(other));
        await RefusalAsync(server, token: null, "vocab.txt", $"announces {other.Length} bytes", $"the file has {content.Length}");
    }

    [Fact]
    public async Task A_server_that_lies_about_the_length_beforehand_is_refused()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(HubServer.Head("vocab.txt"), async context =>
        {
            context.Response.Headers.ETag = $"\"{server.EtagOf("vocab.txt")}\"";
            await HubServer.SendAsync(context, new byte[3]);
        });
        await RefusalAsync(server, token: null, "vocab.txt", "the file has 3");
    }

    [Fact]
    public async Task A_body_without_end_is_read_no_further_than_the_files_length()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.AlwaysMisbehave(server.Content(Model), async context =>
        {
            var more = new byte[1 << 20];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(more, context.RequestAborted);
            }
        });
        await RefusalAsync(server, token: null, "checksum");
        Assert.Empty(workspace.Incomplete());
    }

    [Fact]
    public async Task A_file_larger_than_the_disk_is_refused_before_it_is_downloaded()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Misbehave(HubServer.Head(Model), HubServer.Status(
            302, ("Location", $"{server.Contents}x"), ("X-Linked-Etag", $"\"{server.EtagOf(Model)}\""), ("X-Linked-Size", "4611686018427387904")));
        await RefusalAsync(server, token: null, Model, "4611686018427387904 bytes", "HF_HUB_CACHE");
        Assert.Equal(0, server.CountOf(Model));
    }

    [Fact]
    public async Task A_disk_that_is_full_is_said_to_be_and_leaves_no_half_file()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a file that is always full.");
        await using HubServer server = await HubServer.StartAsync();
        Directory.CreateDirectory(Path.Combine(workspace.Repository, "blobs"));
        File.CreateSymbolicLink($"{workspace.Blob(server.EtagOf("vocab.txt"))}.incomplete", "/dev/full");
        await RefusalAsync(server, token: null, "cannot be written", "No space left", "HF_HUB_CACHE");
        Assert.False(File.Exists(workspace.Blob(server.EtagOf("vocab.txt"))));
    }

    [Theory]
    [InlineData(false, "onnx-community")]
    [InlineData(true, "'onnx/model_int8.onnx'")]
    public async Task A_repository_without_the_onnx_file_says_what_it_has(bool hasOther, string says)
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files.Remove(Model);
        if (hasOther)
        {
            server.Files["onnx/model_int8.onnx"] = [1];
        }

        await RefusalAsync(server, token: null, "neither 'onnx/model.onnx' nor 'model.onnx'", says);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_repository_without_a_tokenizer_is_refused()
    {
        await using HubServer server = await HubServer.StartAsync();
        server.Files.Remove("vocab.txt");
        await RefusalAsync(server, token: null, "tokenizer.json", HubServer.Commit);
    }

    private static byte[] Corrupted(byte[] content)
    {
        byte[] other = [.. content];
        other[^1] ^= 1;
        return other;
    }

    private async Task DownloadAsync(HubServer server, string token = "")
    {
        using ModelHub hub = workspace.Hub(server, clock, options => options with { Token = token });
        string folder = await hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd);
        workspace.AssertSound(server);
        SequenceClassifier.Load(folder).Dispose();
    }

    private async Task<ModelLoadException> RefusalAsync(HubServer server, string? token, params string[] says)
    {
        using ModelHub hub = workspace.Hub(server, clock, options => options with { Token = token ?? "" });
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => hub.DownloadAsync(HubServer.Repository, cancellationToken: TestEnd));
        Assert.All(says, part => Assert.True(refusal.Message.Contains(part, StringComparison.Ordinal), refusal.Message));
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("X-Signature", refusal.ToString(), StringComparison.Ordinal);
        workspace.AssertSound(server);
        Assert.False(Directory.Exists(Path.Combine(workspace.Repository, "refs")));
        return refusal;
    }
}
