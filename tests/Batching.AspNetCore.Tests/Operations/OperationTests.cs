using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Batching.AspNetCore.Operations;
using Batching.AspNetCore.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Tests.Operations;

/// <summary>What those who run the server see: health, limits, metrics, keys, settings.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task Health_is_bad_until_the_model_is_loaded_good_while_it_serves_and_bad_once_the_server_stops()
    {
        await using WebApplication loading = RunningServer.Create([]);
        var context = new DefaultHttpContext { RequestServices = loading.Services, Response = { Body = new MemoryStream() } };
        RequestException notYet = await Assert.ThrowsAsync<RequestException>(() => loading.Services.GetRequiredService<HealthEndpoint>().RunAsync(context));
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, notYet.Status);

        var stopping = new StoppingProbe();
        await using RunningServer server = await RunningServer.StartSmallAsync(
            configure: services => services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(stopping)));
        foreach (string path in (string[])["/health", "/"])
        {
            using HttpResponseMessage well = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, well.StatusCode);
            Assert.Equal("Ready", JsonElement.Parse(await well.Content.ReadAsStringAsync()).GetProperty("state").GetString());
        }

        stopping.WhenStopping = async () =>
        {
            using HttpResponseMessage ill = await server.Client.GetAsync(new Uri("/health", UriKind.Relative));
            stopping.WhenStopping = null;
            return await ill.AssertErrorAsync(503, "Unhealthy");
        };
        await server.StopAsync();
        Assert.Contains("Stopping", stopping.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Browsers_get_the_page_and_programs_get_the_health()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        foreach ((string accept, string type) in ((string, string)[])
            [
                ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
                ("*/*", "application/json"),
                ("application/json", "application/json"),
                ("text/html;q=0.1, application/json", "application/json"),
            ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using HttpResponseMessage response = await server.Client.SendAsync(request);
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Info_tells_the_model_and_the_limits()
    {
        await using RunningServer server = await RunningServer.StartAsync(["--max-client-batch-size", "7", "--max-input-length", "100"]);
        JsonElement info = JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/info", UriKind.Relative)));
        Assert.Equal(
            [
                "model_id", "model_sha", "model_dtype", "model_type", "max_concurrent_requests", "max_input_length", "max_batch_tokens",
                "max_client_batch_size", "auto_truncate", "tokenization_workers", "version",
            ],
            info.EnumerateObject().Select(member => member.Name));
        Assert.Equal(7, info.GetProperty("max_client_batch_size").GetInt32());
        Assert.Equal(100, info.GetProperty("max_input_length").GetInt32());
        Assert.Equal("int8", info.GetProperty("model_dtype").GetString());
        JsonElement labels = info.GetProperty("model_type").GetProperty("classifier");
        Assert.Equal("POSITIVE", labels.GetProperty("id2label").GetProperty("1").GetString());
        Assert.Equal(1, labels.GetProperty("label2id").GetProperty("POSITIVE").GetInt32());
        using HttpResponseMessage refused = await server.PostAsync("/predict", $$"""{"inputs": [{{string.Join(',', Enumerable.Repeat("[\"a\"]", 8))}}]}""");
        Assert.Contains("batch size 8 > maximum allowed batch size 7", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_have_the_names_that_dashboards_use_and_those_of_the_library()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        await server.AskAsync("/predict", """{"inputs": [["a"], ["b c"]]}""");
        using HttpResponseMessage refused = await server.PostAsync("/predict", """{"inputs": []}""");
        string metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        foreach (string name in (string[])
            [
                "te_request_count", "te_request_success", "te_request_failure", "te_request_duration_bucket", "te_request_inference_duration_sum",
                "te_request_queue_duration_count", "te_request_tokenization_duration_count", "te_request_input_length_bucket", "te_queue_size",
                "te_batch_next_size_bucket", "te_batch_next_tokens_bucket", "batching_queue_tokens", "batching_run_duration_seconds_bucket",
            ])
        {
            Assert.Contains($"\n{name}{{", metrics, StringComparison.Ordinal);
        }

        Assert.Contains("err=\"empty\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("_total", metrics, StringComparison.Ordinal);
        JsonElement status = JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/status", UriKind.Relative)));
        Assert.Equal(0, status.GetProperty("queue_size").GetInt32());
        Assert.InRange(status.GetProperty("padding_ratio").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_computed_and_probes_get_through()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--api-key", "secret"]);
        foreach (string? authorization in (string?[])[null, "Bearer other", "Bearer ", "Basic secret", "secret", "Bearer secretsecret"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent("""{"inputs": "a"}""", new MediaTypeHeaderValue("application/json")) };
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using HttpResponseMessage refused = await server.Client.SendAsync(request);
            await refused.AssertErrorAsync(401, "Validation");
            Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        }

        foreach ((string path, HttpStatusCode status) in ((string, HttpStatusCode)[])
            [("/health", HttpStatusCode.OK), ("/health/live", HttpStatusCode.OK), ("/metrics", HttpStatusCode.OK), ("/", HttpStatusCode.OK), ("/info", HttpStatusCode.Unauthorized), ("/status", HttpStatusCode.Unauthorized)])
        {
            using HttpResponseMessage response = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(status, response.StatusCode);
        }

        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        await server.AskAsync("/predict", """{"inputs": "a"}""");
    }

    [Fact]
    public async Task Probes_need_the_key_where_that_is_wanted()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync(["--api-key", "secret", "--Batching:Server:ApiKeyForProbes", "true"]);
        foreach (string path in (string[])["/health", "/health/live", "/metrics", "/"])
        {
            using HttpResponseMessage response = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("--max-client-batch-size", "0", "MaxClientBatchSize is 0")]
    [InlineData("--port", "70000", "Port is 70000")]
    [InlineData("--hostname", "here", "Host is 'here'")]
    [InlineData("--api-key", "", "ApiKey is empty")]
    [InlineData("--payload-limit", "many", "Batching:Server")]
    [InlineData("--Batching:Server:Prot", "1", "Prot")]
    public void A_setting_that_cannot_be_is_refused_by_name(string name, string value, string expected)
    {
        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => RunningServer.Create([name, value]));
        Assert.Contains(expected, string.Join(' ', exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_that_are_too_long_are_refused_where_the_server_does_not_cut()
    {
        await using RunningServer server = await RunningServer.StartAsync(["--auto-truncate", "false", "--max-input-length", "5"]);
        using HttpResponseMessage refused = await server.PostAsync("/predict", """{"inputs": [["a"], ["a b c d"]]}""");
        Assert.Contains("at most 5 tokens. Given: 6 in text 1", await refused.AssertErrorAsync(422, "Validation"), StringComparison.Ordinal);
        await server.AskAsync("/predict", """{"inputs": "a b c"}""");
        await server.AskAsync("/predict", """{"inputs": "a b c d", "truncate": true}""");
    }

    [Fact]
    public async Task Open_api_describes_every_endpoint()
    {
        await using RunningServer server = await RunningServer.StartSmallAsync();
        JsonElement document = JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)));
        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(["/", "/health", "/health/live", "/info", "/inspect", "/predict", "/rerank", "/status", "/tokenize"], paths);
        JsonElement predict = document.GetProperty("paths").GetProperty("/predict").GetProperty("post");
        Assert.True(predict.GetProperty("responses").TryGetProperty("429", out _));
        Assert.True(predict.TryGetProperty("requestBody", out _));
    }

    private sealed class StoppingProbe : IHostedLifecycleService
    {
        public Func<Task<string>>? WhenStopping { get; set; }

        public string? Said { get; private set; }

        public async Task StoppingAsync(CancellationToken cancellationToken)
        {
            if (WhenStopping is not null)
            {
                Said = await WhenStopping();
            }
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
