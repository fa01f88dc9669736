using Xunit;

namespace Batching.AotTests;

/// <summary>A worker with a hosted classifier, its options from the configuration, and its health checks.</summary>
public sealed class HostedApp(Packages packages) : IAsyncLifetime
{
    private const string Program =
        """
        using Batching;
        using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Diagnostics.HealthChecks;
        using Microsoft.Extensions.Hosting;

        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Classifiers:Sentiment:MaxLength"] = "8",
            ["Classifiers:Sentiment:Precision"] = "Int8",
            ["Classifiers:Sentiment:RequestTimeout"] = "00:01:00",
        });
        builder.Services.AddSequenceClassifier(
            "sentiment",
            builder.Configuration.GetSection("Classifiers:Sentiment"),
            options => options.Load = (_, settings) => Sst2.Load(settings));
        builder.Services.AddHealthChecks().AddSequenceClassifier("sentiment");

        using IHost host = builder.Build();
        await host.StartAsync();
        ISequenceClassifier classifier = host.Services.GetRequiredKeyedService<ISequenceClassifier>("sentiment");
        Classification result = await classifier.ClassifyAsync("I love this, and so does everybody else here.");
        Console.WriteLine($"{result.Label} {result.TokenCount}");
        await host.Services.GetRequiredKeyedService<HostedClassifier>("sentiment").ReloadAsync();
        Console.WriteLine((await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        await host.StopAsync();
        """;

    private const string Targets =
        """
        <Project>
          <ItemGroup>
            <TrimmerRootAssembly Include="Batching.Hosting" RootMode="library" />
          </ItemGroup>
        </Project>
        """;

    private FreshApp? app;

    internal FreshApp App => app!;

    public async ValueTask InitializeAsync()
    {
        app = await FreshApp.CreateAsync(packages, "Hosted", "Batching.Hosting", Program);
        await app.AddAsync("Batching.Sst2", packages.Version);
        await app.AddAsync("Microsoft.Extensions.Hosting", "10.0.0");
        await File.WriteAllTextAsync(
            Path.Combine(app.Folder, "Directory.Build.targets"), Targets, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
