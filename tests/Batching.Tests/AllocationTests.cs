using Batching.Tests.Inference;
using Xunit;

namespace Batching.Tests;

/// <summary>What a text costs in memory: counted for the process as a whole, with no other test beside it.</summary>
[Collection(PooledMemoryTests.Alone)]
public sealed class AllocationTests
{
    [Fact]
    public void A_text_costs_at_most_200_bytes_beyond_its_result()
    {
        // An object of 72 bytes, a place in an array, and two logits and two scores.
        const int BytesOfAResult = 72 + 8 + 16;
        const int Count = 20_000;
        using SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));
        string[] words = ["a", "no", "it", "is", "so", "he", "was", "the", "of", "and"];
        var random = new Random(23);
        TextInput[] texts = [.. Enumerable.Range(0, Count).Select(_ => new TextInput(string.Join(' ', random.GetItems(words, random.Next(0, 30)))))];
        long allocated = 0;
        for (int pass = 0; pass < 3; pass++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            foreach (Classification unused in classifier.ClassifyStream(texts, TestContext.Current.CancellationToken))
            {
            }

            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.InRange((double)allocated / Count, 0, BytesOfAResult + 200);
    }
}
