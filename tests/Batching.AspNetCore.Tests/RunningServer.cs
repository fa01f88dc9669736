using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Batching.AspNetCore.Program;
using Batching.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Batching.AspNetCore.Tests;

/// <summary>The server on a port of its own, and a client.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string OneLabel = "bert-one-label";

    private readonly WebApplication application;

    private RunningServer(WebApplication application)
    {
        this.application = application;
        Client = new HttpClient { BaseAddress = new Uri(application.Urls.Single()), Timeout = Patience };
    }

    /// <summary>Ends tests in which something that has to come never does.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    /// <summary>The program with its default model.</summary>
    public static ClassifierServerProgram Program { get; } = new()
    {
        LoadDefaultModel = options => Sst2.Load(options),
        DefaultModelId = "distilbert-l6-h384-uncased-sst2",
        DefaultModelDtype = "int8",
    };

    public HttpClient Client { get; }

    public IServiceProvider Services => application.Services;

    public HostedClassifier Classifier => Services.GetRequiredService<HostedClassifier>();

    public static WebApplication Create(string[] args, Action<IServiceCollection>? configure = null) =>
        ServerApplication.Create(args.Contains("--port", StringComparer.Ordinal) ? args : ["--port", "0", .. args], Program, services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            configure?.Invoke(services);
        });

    /// <summary>Starts the server with its default model, and waits until that is loaded.</summary>
    public static async Task<RunningServer> StartAsync(string[]? args = null, Action<IServiceCollection>? configure = null)
    {
        RunningServer server = await ListenAsync(args, configure);
        await server.Classifier.LoadAsync();
        return server;
    }

    /// <summary>Starts the server, which listens before its model is loaded.</summary>
    public static async Task<RunningServer> ListenAsync(string[]? args = null, Action<IServiceCollection>? configure = null)
    {
        WebApplication created = Create(args ?? [], configure);
        await created.StartAsync();
        return new RunningServer(created);
    }

    /// <summary>Starts the server with a small model.</summary>
    public static Task<RunningServer> StartSmallAsync(string[]? args = null, Action<IServiceCollection>? configure = null) =>
        StartAsync(["--model", Repository.Contract(OneLabel), .. args ?? []], configure);

    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken cancellationToken = default)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return Client.PostAsync(path, content, cancellationToken);
    }

    /// <summary>Asks for what has to be answered.</summary>
    public async Task<JsonElement> AskAsync(string path, string json)
    {
        using HttpResponseMessage response = await PostAsync(path, json);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await application.StopAsync();
        await application.DisposeAsync();
    }

    public Task StopAsync() => application.StopAsync();
}
