namespace Batching.AspNetCore.Tests;

/// <summary>One server with the default model for many tests, and the model itself to compare with.</summary>
public sealed class Sst2Server : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    internal SequenceClassifier Classifier { get; } = Sst2.Load();

    internal Classification Expected(string text, string? pair = null) => Classifier.Classify(new TextInput(text, pair));

    public async ValueTask InitializeAsync() => Server = await RunningServer.StartAsync(["--max-concurrent-requests", "1000"]);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Classifier.Dispose();
    }
}
