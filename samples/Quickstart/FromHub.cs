using Batching;

namespace Quickstart;

/// <summary>A model from Hugging Face, downloaded once.</summary>
internal static class FromHub
{
    public static async Task RunAsync(string text)
    {
        using var hub = new ModelHub();
        using var classifier = await hub.LoadClassifierAsync("distilbert/distilbert-base-uncased-finetuned-sst-2-english");
        Console.WriteLine(classifier.Classify(text));
    }
}
