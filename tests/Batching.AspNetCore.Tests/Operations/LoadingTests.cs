using System.Net;
using System.Text.Json;
using Batching.Hosting.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Batching.AspNetCore.Tests.Operations;

/// <summary>The server listens from its first moment on, and says "not yet" until its model is loaded.</summary>
public sealed class LoadingTests
{
    private static readonly (string Path, string Body)[] Posts =
    [
        ("/predict", """{"inputs": "a"}"""),
        ("/predict", """{"inputs": [["a"], ["a", "b"]], "truncate": false}"""),
        ("/", """{"inputs": "a"}"""),
        ("/rerank", """{"query": "a", "texts": ["b"]}"""),
        ("/tokenize", """{"inputs": "a"}"""),
        ("/inspect", """{"inputs": "a"}"""),
    ];

    private static readonly string[] Gets = ["/info", "/health", "/"];

    [Fact]
    public async Task Until_the_model_is_loaded_it_is_not_yet_and_then_it_is_served()
    {
        var load = new HeldLoad();
        await using RunningServer server = await RunningServer.ListenAsync(configure: services => services.PostConfigure<SequenceClassifierHostingOptions>(load.Hold));
        foreach ((string path, string body) in Posts)
        {
            using HttpResponseMessage early = await server.PostAsync(path, body);
            await AssertNotYetAsync(early);
        }

        foreach (string path in Gets)
        {
            using HttpResponseMessage early = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            await AssertNotYetAsync(early);
        }

        load.Finish();
        await server.Classifier.LoadAsync();
        foreach ((string path, string body) in Posts)
        {
            using HttpResponseMessage answer = await server.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        foreach (string path in Gets)
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task What_needs_no_model_is_there_before_it()
    {
        var load = new HeldLoad();
        await using RunningServer server = await RunningServer.ListenAsync(configure: services => services.PostConfigure<SequenceClassifierHostingOptions>(load.Hold));
        using HttpResponseMessage early = await server.PostAsync("/predict", """{"inputs": "a"}""");
        using HttpResponseMessage bad = await server.PostAsync("/predict", """{"inputs": 1}""");
        await bad.AssertErrorAsync(422, "Validation");

        JsonElement live = JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.Equal(("Healthy", "Loading"), (live.GetProperty("status").GetString(), live.GetProperty("state").GetString()));
        string metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("\nte_queue_size{", metrics, StringComparison.Ordinal);
        Assert.Contains("err=\"unhealthy\"", metrics, StringComparison.Ordinal);
        JsonElement status = JsonElement.Parse(await server.Client.GetStringAsync(new Uri("/status", UriKind.Relative)));
        Assert.Equal("Loading", status.GetProperty("state").GetString());
        Assert.Equal(0, status.GetProperty("max_tokens_waiting").GetInt32());
        Assert.Contains("/predict", await server.Client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)), StringComparison.Ordinal);

        using var browser = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        using HttpResponseMessage page = await server.Client.SendAsync(browser);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        load.Finish();
    }

    [Fact]
    public async Task A_server_that_stops_before_its_model_is_loaded_gives_the_load_up()
    {
        var load = new HeldLoad();
        await using RunningServer server = await RunningServer.ListenAsync(configure: services => services.PostConfigure<SequenceClassifierHostingOptions>(load.Hold));
        Task stop = server.StopAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => server.Classifier.LoadAsync());
        Assert.False(stop.IsCompleted);
        load.Finish();
        await stop.WaitAsync(RunningServer.Patience);
        Assert.Equal(HostedClassifierState.Stopped, server.Classifier.State);
    }

    [Fact]
    public async Task A_model_that_fails_to_load_stops_the_server_with_its_reason()
    {
        var load = new HeldLoad();
        await using Microsoft.AspNetCore.Builder.WebApplication application = RunningServer.Create([], services => services.PostConfigure<SequenceClassifierHostingOptions>(load.Hold));
        var isListening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        application.Lifetime.ApplicationStarted.Register(isListening.SetResult);
        Task run = application.RunAsync();
        await isListening.Task.WaitAsync(RunningServer.Patience);
        load.Fail(new ModelLoadException("damaged"));
        Assert.Equal("damaged", (await Assert.ThrowsAsync<ModelLoadException>(() => run.WaitAsync(RunningServer.Patience))).Message);
    }

    [Theory]
    [InlineData("--model", "no such folder", 3)]
    [InlineData("--max-input-length", "1000000", 2)]
    [InlineData("--max-input-length", "0", 2)]
    public async Task A_model_that_cannot_be_loaded_ends_the_program_with_an_exit_code_that_tells_why(string setting, string value, int exitCode)
    {
        string[] args = ["--port", "0", setting, value, "--Logging:LogLevel:Default", "None"];
        Assert.Equal(exitCode, await ClassifierServer.RunAsync(args, RunningServer.Program).WaitAsync(RunningServer.Patience));
    }

    private static async Task AssertNotYetAsync(HttpResponseMessage response)
    {
        Assert.Contains("still being loaded", await response.AssertErrorAsync(503, "Unhealthy"), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }
}
