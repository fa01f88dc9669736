using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Batching.Benchmarks.Load;

/// <summary>A hosted classifier for a long time, whose model is reloaded every few seconds, under a load that changes as often.</summary>
internal static class Soak
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Goes on for the time given, and writes the counts as a line of JSON before each reload and at the end.</summary>
    /// <exception cref="InvalidOperationException">An answer was wrong.</exception>
    public static async Task RunAsync(string modelFolder, string poison, string[] texts, TimeSpan time)
    {
        float[][] expected = Alone(modelFolder, texts, out double perSecond);
        await using ServiceProvider services = new ServiceCollection()
            .AddSequenceClassifier(options =>
            {
                options.ModelFolder = modelFolder;
                options.MaxTokensWaiting = 8 * BatchPlanner.DefaultTokensPerBatch;
            })
            .Services.BuildServiceProvider();
        HostedClassifier classifier = services.GetRequiredService<HostedClassifier>();
        await classifier.LoadAsync().ConfigureAwait(false);

        var counts = new SoakCounts();
        using var over = new CancellationTokenSource();
        Task reloading = Task.Run(() => ReloadAsync(classifier, counts, over.Token));
        new SoakClients(classifier, texts, expected, poison, counts).Send(time, perSecond);
        long lastSent = Stopwatch.GetTimestamp();
        while (counts.Open > 0 && Stopwatch.GetElapsedTime(lastSent) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
        await reloading.ConfigureAwait(false);
        Console.WriteLine(counts.Line());
        counts.DemandNoneWrong();
    }

    // One text after the other, and how many of them the machine does in a second in one call.
    private static float[][] Alone(string modelFolder, string[] texts, out double perSecond)
    {
        using var classifier = SequenceClassifier.Load(modelFolder);
        float[][] logits = [.. texts.Select(text => classifier.Classify(text).Logits.ToArray())];
        var watch = Stopwatch.StartNew();
        classifier.Classify(texts);
        perSecond = texts.Length / watch.Elapsed.TotalSeconds;
        return classifier.Invariance.Kind == InvarianceKind.Exact ? logits : throw new InvalidOperationException(
            $"The model's logits depend on the batch, so there is nothing to compare with: {classifier.Invariance}");
    }

    private static async Task ReloadAsync(HostedClassifier classifier, SoakCounts counts, CancellationToken over)
    {
        using var timer = new PeriodicTimer(SoakClients.Phase);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                Console.WriteLine(counts.Line());
                await classifier.ReloadAsync(cancellationToken: over).ConfigureAwait(false);
                counts.Reloaded();
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
        }
    }
}
