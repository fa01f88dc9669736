using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Batching.Hosting.Tests.Snippets;

/// <summary>The documentation's worker service.</summary>
internal static class WorkerSnippet
{
    public static void Run(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        IConfiguration classifiers = builder.Configuration.GetSection("Classifiers");
        builder.Services.AddSequenceClassifier("sentiment", classifiers.GetSection("Sentiment"));
        builder.Services.AddSequenceClassifier("topic", classifiers.GetSection("Topic"));
        builder.Services.AddHostedService<Worker>();
        builder.Build().Run();
    }
}
