using Batching;

namespace Quickstart;

/// <summary>Many callers at once, who share batches.</summary>
internal static class ManyCallers
{
    public static async Task RunAsync(SequenceClassifier classifier)
    {
        await using var queue = new ClassificationQueue(classifier);
        Classification answer = await queue.ClassifyAsync("I love this!");
        Console.WriteLine($"{answer}  from the queue");
    }
}
