using Xunit;

namespace Batching.AotTests;

/// <summary>
/// A new web app that adds two packages: it maps a classifier beside a route of its own, has another with options from the
/// configuration and health checks, asks itself, and writes the answers.
/// </summary>
public sealed class WebApp(Packages packages) : IAsyncLifetime
{
    private const string Program =
        """
        using System.Text;
        using Batching;
        using Microsoft.Extensions.Diagnostics.HealthChecks;

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSequenceClassifier(options => options.Load = (_, settings) => Sst2.Load(settings));
        builder.Services.AddClassifierServer(builder.Configuration.GetSection("Server"));

        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Classifiers:Short:MaxLength"] = "8",
            ["Classifiers:Short:Precision"] = "Int8",
            ["Classifiers:Short:RequestTimeout"] = "00:01:00",
        });
        builder.Services.AddSequenceClassifier(
            "short",
            builder.Configuration.GetSection("Classifiers:Short"),
            options => options.Load = (_, settings) => Sst2.Load(settings));
        builder.Services.AddHealthChecks().AddSequenceClassifier("short");

        WebApplication app = builder.Build();
        app.MapGroup("/sentiment").MapClassifiers();
        app.MapGet("/own", () => "own");
        await app.StartAsync();

        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Console.WriteLine(await client.GetStringAsync("/own"));
        using var content = new StringContent("{\"inputs\": \"I love this\"}", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync("/sentiment/predict", content);
        Console.WriteLine((await answer.Content.ReadAsStringAsync()).Contains("POSITIVE"));
        foreach (string path in (string[])["info", "health", "metrics", "openapi.json", "page.js"])
        {
            using HttpResponseMessage response = await client.GetAsync($"/sentiment/{path}");
            Console.WriteLine($"{path} {(int)response.StatusCode}");
        }

        ISequenceClassifier shortTexts = app.Services.GetRequiredKeyedService<ISequenceClassifier>("short");
        Classification result = await shortTexts.ClassifyAsync("I love this, and so does everybody else here.");
        Console.WriteLine($"{result.Label} {result.TokenCount}");
        await app.Services.GetRequiredKeyedService<HostedClassifier>("short").ReloadAsync();
        Console.WriteLine((await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        await app.StopAsync();
        """;

    // Trimming analyses what an app reaches. Rooted, all of the packages is reached, whatever an app will use of it.
    private const string Targets =
        """
        <Project>
          <ItemGroup Condition="'$(PublishAot)' == 'true'">
            <TrimmerRootAssembly Include="Batching.Abstractions;Batching.Tokenizers;Batching;Batching.Sst2;Batching.Hosting;Batching.AspNetCore" RootMode="library" />
          </ItemGroup>
        </Project>
        """;

    private FreshApp? app;

    internal FreshApp App => app!;

    public async ValueTask InitializeAsync()
    {
        app = await FreshApp.WriteAsync(packages, "Web", "Microsoft.NET.Sdk.Web", Program, "Batching.AspNetCore", "Batching.Sst2");
        await app.WriteAsync("Directory.Build.targets", Targets);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
