using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Batching.Hosting.Tests.Snippets;

/// <summary>The service of the documentation's worker.</summary>
internal sealed class Worker(
    [FromKeyedServices("sentiment")] ISequenceClassifier sentiment,
    [FromKeyedServices("topic")] ISequenceClassifier topic) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Classification mood = await sentiment.ClassifyAsync("A gripping, funny film.", stoppingToken);
        Classification about = await topic.ClassifyAsync("A gripping, funny film.", stoppingToken);
        Console.WriteLine($"{mood.Label} {about.Label}");
    }
}
