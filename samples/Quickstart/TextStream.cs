using Batching;

namespace Quickstart;

/// <summary>Texts that arrive one by one, and results that do not wait for the last of them.</summary>
internal static class TextStream
{
    public static async Task RunAsync(SequenceClassifier classifier)
    {
        string[] reviews = ["Better than the book.", "Worse than the trailer."];
        await foreach (Classification result in classifier.ClassifyStreamAsync(ReadAsync(reviews)))
        {
            Console.WriteLine(result);
        }
    }

    // In an application, a queue, a socket or a database.
    private static async IAsyncEnumerable<TextInput> ReadAsync(IEnumerable<string> reviews)
    {
        foreach (string review in reviews)
        {
            await Task.Yield();
            yield return review;
        }
    }
}
