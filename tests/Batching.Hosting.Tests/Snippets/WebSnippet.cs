using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Batching.Hosting.Tests.Snippets;

/// <summary>The documentation's web application.</summary>
internal static class WebSnippet
{
    public static void Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddSequenceClassifier(options => options.ModelFolder = "models/sst2");
        builder.Services.AddHealthChecks().AddSequenceClassifier();

        var app = builder.Build();
        app.MapGet("/sentiment", async (string text, ISequenceClassifier classifier, CancellationToken cancellationToken) =>
            (await classifier.ClassifyAsync(text, cancellationToken)).Label);
        app.MapHealthChecks("/health/live", new() { Predicate = check => check.Tags.Contains("live") });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        app.Run();
    }
}
