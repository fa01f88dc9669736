using Xunit;

namespace Batching.AotTests;

/// <summary>A new web app that adds two packages, and maps the classifier beside a route of its own; it asks itself, and writes the answers.</summary>
public sealed class WebApp(Packages packages) : IAsyncLifetime
{
    private const string Program =
        """
        using System.Text;
        using Batching;

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSequenceClassifier(options => options.Load = (_, settings) => Sst2.Load(settings));
        builder.Services.AddClassifierServer(builder.Configuration.GetSection("Server"));

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

        await app.StopAsync();
        """;

    // Trimming analyses what an app reaches. Rooted, the whole package is reached, whatever an app will use of it.
    private const string Targets =
        """
        <Project>
          <ItemGroup Condition="'$(PublishAot)' == 'true'">
            <TrimmerRootAssembly Include="Batching.AspNetCore" RootMode="library" />
          </ItemGroup>
        </Project>
        """;

    private FreshApp? app;

    internal FreshApp App => app!;

    public async ValueTask InitializeAsync()
    {
        app = await FreshApp.CreateAsync(packages, "Web", "Batching.AspNetCore", Program, template: "web");
        await app.AddAsync("Batching.Sst2", packages.Version);
        await File.WriteAllTextAsync(
            Path.Combine(app.Folder, "Directory.Build.targets"), Targets, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
