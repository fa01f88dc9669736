using Xunit;

namespace Batching.AotTests;

/// <summary>The app of the README: one package, one line; it writes the label and every bit of the logits.</summary>
public sealed class OneLineApp(Packages packages) : IAsyncLifetime
{
    private const string Program =
        """
        using System.Globalization;
        using Batching;

        using var classifier = Sst2.Load();
        var result = classifier.Classify("I've been waiting for this my whole life.");
        Console.WriteLine(result.Label);
        foreach (float logit in result.Logits.Span)
        {
            Console.WriteLine(logit.ToString("R", CultureInfo.InvariantCulture));
        }
        """;

    private FreshApp? app;

    /// <summary>What the app wrote when it was simply run: what it has to write however it is published.</summary>
    public string Output { get; private set; } = "";

    internal FreshApp App => app!;

    public async ValueTask InitializeAsync()
    {
        app = await FreshApp.CreateAsync(packages, "OneLine", "Batching.Sst2", Program);
        Output = await app.RunAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
