using Xunit;

namespace Batching.Tests.Queue;

/// <summary>The default model behind the queue: the bits of each text alone, whoever else asks for what.</summary>
public sealed class QueueModelTests : IDisposable
{
    private readonly SequenceClassifier classifier = SequenceClassifier.Load(
        Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => classifier.Dispose();

    [Fact]
    public async Task Under_concurrent_load_every_text_gets_the_bits_that_it_gets_alone()
    {
        TextInput[] texts = Texts(120);
        float[][] expected = [.. texts.Select(text => classifier.Classify(text).Logits.ToArray())];
        await using var queue = new ClassificationQueue(classifier);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            using var source = new CancellationTokenSource();
            Task<Classification> vanishes = queue.ClassifyAsync(texts[random.Next(texts.Length)], source.Token).AsTask();
            await source.CancelAsync();
            int[] picked = [.. Enumerable.Range(0, 1 + (caller % 3)).Select(_ => random.Next(texts.Length))];
            IReadOnlyList<Classification> answers = picked.Length == 1
                ? [await queue.ClassifyAsync(texts[picked[0]])]
                : await queue.ClassifyAsync([.. picked.Select(text => texts[text])], new RequestOptions { Priority = (RequestPriority)(caller % 2) });
            for (int i = 0; i < picked.Length; i++)
            {
                Assert.Equal(expected[picked[i]], answers[i].Logits.ToArray());
            }

            await Task.WhenAny(vanishes);
            Assert.True(vanishes.IsCanceled || vanishes.IsCompletedSuccessfully);
        }))).WaitAsync(TimeSpan.FromMinutes(5), TestEnd);
        Assert.True(queue.GetStatus().TokensPerSecond > 0);
    }

    [Fact]
    public async Task A_lone_text_gets_the_same_bits_from_all_cores()
    {
        await using var queue = new ClassificationQueue(classifier);
        float[] expected = classifier.Classify("I love this movie.").Logits.ToArray();
        for (int i = 0; i < 40; i++)
        {
            Classification answer = await queue.ClassifyAsync("I love this movie.");
            Assert.Equal(expected, answer.Logits.ToArray());
            Assert.Equal(("POSITIVE", 7, false), (answer.Label, answer.TokenCount, answer.IsTruncated));
        }
    }

    [Fact]
    public async Task A_text_that_is_not_to_be_cut_and_is_too_long_is_refused_and_one_that_is_cut_says_so()
    {
        await using var queue = new ClassificationQueue(classifier);
        string huge = string.Concat(Enumerable.Repeat("I love it. ", 1_000));
        Classification cut = await queue.ClassifyAsync(huge);
        Assert.Equal((512, true), (cut.TokenCount, cut.IsTruncated));
        var whole = new RequestOptions { Encoding = new EncodingOptions { Truncation = TruncationStrategy.None } };
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => queue.ClassifyAsync(huge, whole).AsTask());
        Assert.Contains("512", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(
            () => queue.ClassifyAsync("", new RequestOptions { Encoding = new EncodingOptions { AddSpecialTokens = false } }).AsTask());

        // The same ids, but one of them was cut: not the same answer.
        var four = new RequestOptions { Encoding = new EncodingOptions { MaxLength = 4 } };
        Classification[] both = await Task.WhenAll(
            queue.ClassifyAsync("I love", four).AsTask(), queue.ClassifyAsync("I love it", four).AsTask());
        Assert.Equal(both[0].Logits.ToArray(), both[1].Logits.ToArray());
        Assert.Equal([false, true], both.Select(answer => answer.IsTruncated));
    }

    [Fact]
    public async Task A_run_that_nobody_waits_for_is_stopped_in_the_model()
    {
        bool wasStopped = false;
        using var ended = new SemaphoreSlim(0);
        await using var queue = new ClassificationQueue(classifier, new ClassificationQueueOptions
        {
            BatchCompleted = report =>
            {
                wasStopped |= report.IsStopped;
                ended.Release();
            },
        });
        string longText = string.Concat(Enumerable.Repeat("I love it. ", 1_000));
        while (!wasStopped)
        {
            using var source = new CancellationTokenSource();
            Task<Classification> answer = queue.ClassifyAsync(longText, source.Token).AsTask();
            while (queue.GetStatus().BatchesRunning == 0 && !answer.IsCompleted)
            {
                await Task.Yield();
            }

            await source.CancelAsync();
            await Task.WhenAny(answer);
            await ended.WaitAsync(TestEnd);
        }
    }

    [Fact]
    public async Task A_classifier_that_was_disposed_of_under_the_queue_says_so()
    {
        SequenceClassifier gone = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));
        await using var queue = new ClassificationQueue(gone);
        await queue.ClassifyAsync("a");
        gone.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.ClassifyAsync("a").AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.ClassifyAsync(["a", "no", "it"]));
    }

    [Fact]
    public async Task It_goes_wherever_a_classifier_goes()
    {
        await using var queue = new ClassificationQueue(classifier);
        Assert.Equal("NEGATIVE", await LabelOf(queue, "I hate this so much!"));

        static async Task<string> LabelOf(ISequenceClassifier classifier, string text) => (await classifier.ClassifyAsync(text, TestEnd)).Label;
    }

    // Lengths from one word to some fifty.
    private static TextInput[] Texts(int count)
    {
        string[] words = "the film is a charming and often affecting journey that nobody here would want to miss , or so they say".Split(' ');
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(_ => new TextInput(string.Join(' ', Enumerable.Range(0, 1 + random.Next(50)).Select(_ => words[random.Next(words.Length)]))))];
    }
}
