using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Batching.Hosting.Tests;

/// <summary>A host as an application builds it, with little in it that a test does not ask for.</summary>
internal static class TestHost
{
    public const string OneLabel = "bert-one-label";
    public const string Regression = "bert-regression";

    /// <summary>Ends tests in which something that has to come never does.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    /// <summary>A host with one small model.</summary>
    public static IHost Create(
        Action<SequenceClassifierHostingOptions>? configure = null, Action<IServiceCollection>? addServices = null) =>
        Create(services =>
        {
            services.AddSequenceClassifier(options =>
            {
                options.ModelFolder = Repository.Contract(OneLabel);
                configure?.Invoke(options);
            });
            addServices?.Invoke(services);
        });

    public static IHost Create(Action<IServiceCollection> addServices)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<LogRecorder>();
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<LogRecorder>());
        addServices(builder.Services);
        return builder.Build();
    }

    public static HostedClassifier Classifier(this IHost host, string? name = null) =>
        host.Services.GetRequiredKeyedService<HostedClassifier>(name);

    public static LogRecorder Log(this IHost host) => host.Services.GetRequiredService<LogRecorder>();

    /// <summary>What a health check says now.</summary>
    public static async Task<HealthReportEntry> CheckAsync(this IHost host, string tag)
    {
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Tags.Contains(tag));
        return report.Entries.Values.Single();
    }

    /// <summary>The logits of texts, each alone, of one of the small models.</summary>
    public static Dictionary<string, float[]> Expected(string model, IEnumerable<string> texts)
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract(model));
        return texts.ToDictionary(text => text, text => classifier.Classify(text).Logits.ToArray(), StringComparer.Ordinal);
    }

    public static string[] Texts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => string.Join(' ', Enumerable.Range(0, 1 + (i * 7 % 23)).Select(word => $"{(i * 31) + (word * 17)}")))];
}
