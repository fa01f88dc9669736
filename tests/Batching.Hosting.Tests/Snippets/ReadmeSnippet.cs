using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Batching.Hosting.Tests.Snippets;

/// <summary>What the README says of hosts.</summary>
internal sealed class ReadmeSnippet([FromKeyedServices("sst2")] ISequenceClassifier classifier)
{
    public ISequenceClassifier Classifier => classifier;

    public static void Add(IHostApplicationBuilder builder)
    {
        builder.Services.AddSequenceClassifier("sst2", builder.Configuration.GetSection("Sst2"));
        builder.Services.AddSingleton<ReadmeSnippet>();
    }
}
