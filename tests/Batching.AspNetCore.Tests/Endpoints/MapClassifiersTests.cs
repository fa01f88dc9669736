using System.Net;
using System.Text;
using System.Text.Json;
using Batching.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Batching.AspNetCore.Tests.Endpoints;

/// <summary>An ordinary application that maps the classifiers beside its own endpoints stays what it was.</summary>
public sealed class MapClassifiersTests
{
    [Fact]
    public async Task Its_own_routes_stay_where_they_were()
    {
        await using WebApplication application = await StartAsync();
        using HttpClient client = ClientOf(application);
        Assert.Equal("home", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
        Assert.Equal("own health", await client.GetStringAsync(new Uri("/health", UriKind.Relative)));

        // What is mapped nowhere is the application's own to answer.
        using HttpResponseMessage missing = await client.GetAsync(new Uri("/nothing", UriKind.Relative));
        Assert.Equal((HttpStatusCode.NotFound, ""), (missing.StatusCode, await missing.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task The_contracts_are_served_below_the_address_that_they_were_mapped_at()
    {
        await using WebApplication application = await StartAsync();
        using HttpClient client = ClientOf(application);
        using SequenceClassifier expected = SequenceClassifier.Load(Repository.Contract(RunningServer.OneLabel));
        using HttpResponseMessage answer = await PostAsync(client, "/sentiment/predict", """{"inputs": "a b c"}""");
        Assert.Equal(expected.Classify("a b c").Score, JsonElement.Parse(await answer.Content.ReadAsStringAsync())[0].GetProperty("score").GetSingle());
        using HttpResponseMessage contract = await PostAsync(client, "/sentiment", """{"inputs": ["a"]}""");
        Assert.Equal(HttpStatusCode.OK, contract.StatusCode);
        foreach (string path in (string[])["info", "health", "health/live", "status", "metrics", "openapi.json", "", "page.css", "page.js"])
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"/sentiment/{path}", UriKind.Relative));
            Assert.True(response.IsSuccessStatusCode, path);
        }

        using HttpResponseMessage refused = await PostAsync(client, "/sentiment/predict", """{"inputs": ""}""");
        await refused.AssertErrorAsync(400, "Empty");
        using HttpResponseMessage other = await PostAsync(client, "/predict", """{"inputs": "a"}""");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task The_page_finds_its_files_wherever_it_is()
    {
        await using WebApplication application = await StartAsync();
        using HttpClient client = ClientOf(application);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using HttpResponseMessage page = await client.GetAsync(new Uri("/sentiment", UriKind.Relative));
        Assert.Equal("/sentiment/", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("href=\"page.css\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_does_with_exceptions_stays()
    {
        await using WebApplication application = await StartAsync();
        using HttpClient client = ClientOf(application);
        using HttpResponseMessage failed = await client.GetAsync(new Uri("/fail", UriKind.Relative));
        Assert.Equal((HttpStatusCode.InternalServerError, "own: broken"), (failed.StatusCode, await failed.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Its_options_for_JSON_stay()
    {
        await using WebApplication application = await StartAsync();
        using HttpClient client = ClientOf(application);
        using HttpResponseMessage answer = await PostAsync(client, "/echo", """{"firstName": "a", "count": "5", "unknown": 1}""");
        Assert.Equal("""{"firstName":"a","count":5}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Its_document_of_OpenAPI_is_its_own_and_that_of_the_classifiers_has_theirs_only()
    {
        await using WebApplication application = await StartAsync();
        using HttpClient client = ClientOf(application);
        JsonElement own = JsonElement.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        Assert.Equal(["/", "/echo", "/fail", "/health"], own.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
        JsonElement person = own.GetProperty("components").GetProperty("schemas").GetProperty("Prediction");
        Assert.Equal(["firstName", "count"], person.GetProperty("properties").EnumerateObject().Select(member => member.Name));

        JsonElement theirs = JsonElement.Parse(await client.GetStringAsync(new Uri("/sentiment/openapi.json", UriKind.Relative)));
        Assert.All(theirs.GetProperty("paths").EnumerateObject(), path => Assert.StartsWith("/sentiment", path.Name, StringComparison.Ordinal));
        JsonElement info = theirs.GetProperty("components").GetProperty("schemas").GetProperty("ServerInfo").GetProperty("properties");
        Assert.Equal(
            """{"type":["null","integer"],"format":"int32"}""",
            info.GetProperty("max_input_length").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_list_of_health_checks_stays()
    {
        await using WebApplication application = await StartAsync();
        HealthReport report = await application.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(["own"], report.Entries.Keys);

        // A sick database of the application does not make the classifier sick.
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        using HttpClient client = ClientOf(application);
        using HttpResponseMessage health = await client.GetAsync(new Uri("/sentiment/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task What_its_own_queue_reports_is_still_reported()
    {
        int batches = 0;
        await using WebApplication application = await StartAsync(services => services.Configure<SequenceClassifierHostingOptions>(options =>
            options.ConfigureQueue = queue => queue with { BatchCompleted = _ => Interlocked.Increment(ref batches) }));
        using HttpClient client = ClientOf(application);
        using HttpResponseMessage answer = await PostAsync(client, "/sentiment/predict", """{"inputs": "a"}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(Volatile.Read(ref batches) > 0);
        Assert.Contains("\nte_batch_next_size_count{", await client.GetStringAsync(new Uri("/sentiment/metrics", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_asked_for_by_the_classifiers_only()
    {
        await using WebApplication application = await StartAsync(services => services.Configure<ClassifierServerOptions>(options => options.ApiKey = "secret"));
        using HttpClient client = ClientOf(application);
        using HttpResponseMessage refused = await PostAsync(client, "/sentiment/predict", """{"inputs": "a"}""");
        await refused.AssertErrorAsync(401, "Validation");
        using HttpResponseMessage description = await client.GetAsync(new Uri("/sentiment/openapi.json", UriKind.Relative));
        await description.AssertErrorAsync(401, "Validation");
        using HttpResponseMessage probe = await client.GetAsync(new Uri("/sentiment/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
        Assert.Equal("home", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    [Fact]
    public async Task What_was_not_added_is_named()
    {
        WebApplicationBuilder empty = WebApplication.CreateSlimBuilder();
        await using WebApplication without = empty.Build();
        Assert.Contains("AddClassifierServer", Assert.Throws<InvalidOperationException>(() => without.MapClassifiers()).Message, StringComparison.Ordinal);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddClassifierServer();
        Assert.Throws<InvalidOperationException>(() => builder.Services.AddClassifierServer());
        await using WebApplication half = builder.Build();
        Assert.Contains("AddSequenceClassifier", Assert.Throws<InvalidOperationException>(() => half.MapClassifiers()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_out_of_their_range_stop_the_start()
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => StartAsync(services => services.Configure<ClassifierServerOptions>(options => options.MaxClientBatchSize = 0)));
        Assert.Contains("MaxClientBatchSize is 0", exception.Message, StringComparison.Ordinal);
    }

    private static HttpClient ClientOf(WebApplication application) => new() { BaseAddress = new Uri(application.Urls.Single()), Timeout = RunningServer.Patience };

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string json) =>
        client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--urls", "http://127.0.0.1:0"], EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.Services.AddOpenApi();
        builder.Services.AddHealthChecks().AddCheck("own", () => HealthCheckResult.Unhealthy("The database is ill."));
        builder.Services.AddSequenceClassifier(options => options.ModelFolder = Repository.Contract(RunningServer.OneLabel));
        builder.Services.AddClassifierServer();
        configure?.Invoke(builder.Services);
        WebApplication application = builder.Build();
        application.UseExceptionHandler(handler => handler.Run(context =>
            context.Response.WriteAsync($"own: {context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error.Message}")));
        application.MapGet("/", () => "home");
        application.MapGet("/health", () => "own health");
        application.MapGet("/fail", string () => throw new InvalidOperationException("broken"));
        application.MapPost("/echo", (Prediction person) => person);
        application.MapOpenApi();
        application.MapGroup("/sentiment").MapClassifiers();
        try
        {
            await application.StartAsync();
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return application;
    }

    /// <summary>A type of the application's own that has the name of one of the contracts.</summary>
    internal sealed record Prediction(string FirstName, int Count);
}
