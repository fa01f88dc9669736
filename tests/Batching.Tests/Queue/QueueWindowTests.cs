using Batching.Tests.Folders;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>A classifier that windows long texts behind the queue: what <c>Classify</c> gives, to the last bit.</summary>
public sealed class QueueWindowTests
{
    private const string Contract = "distilbert-vocab-txt-only";

    private static readonly string[] Words = ["a", "no", "it", "is", "so", "he", "as", "the", "on", "and"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(WindowPooling.Mean, 0)]
    [InlineData(WindowPooling.Mean, 5)]
    [InlineData(WindowPooling.Maximum, 8)]
    public async Task Under_concurrent_load_texts_of_all_lengths_get_the_bits_that_they_get_alone(WindowPooling pooling, int stride)
    {
        using SequenceClassifier classifier = Load(new SequenceClassifierOptions { MaxLength = 20, Stride = stride, WindowPooling = pooling });
        TextInput[] texts = [.. Enumerable.Range(0, 80).Select(index => index % 4 == 3
            ? new TextInput(Text(index % 9, index), Text(index, index + 1))
            : new TextInput(Text(index * index / 20, index)))];
        await AnswersAreThoseOfClassify(classifier, texts, callers: 200);
    }

    [Fact]
    public async Task The_default_model_gives_long_texts_the_bits_that_they_get_alone()
    {
        using SequenceClassifier classifier = SequenceClassifier.Load(
            Repository.DefaultModel,
            new SequenceClassifierOptions { Precision = ModelPrecision.Int8, MaxLength = 64, LongText = LongText.Windows, Stride = 16 });
        Assert.Equal(LongText.Windows, classifier.LongText);
        TextInput[] texts = [.. Enumerable.Range(0, 30).Select(index => new TextInput(Text(index * 12, index)))];
        await AnswersAreThoseOfClassify(classifier, texts, callers: 60);
    }

    [Fact]
    public async Task A_window_with_a_logit_that_is_not_finite_fails_its_text_only()
    {
        float[] weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, -1, float.NaN, 2, 0, 0];
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(weights));
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = 3, LongText = LongText.Windows });
        await using var queue = new ClassificationQueue(classifier);
        Task<Classification>[] bad = [.. Enumerable.Range(0, 20).Select(good => queue.ClassifyAsync(
            string.Concat(Enumerable.Repeat("good ", good)) + "bad good").AsTask())];
        Task<Classification>[] fine = [.. Enumerable.Range(0, 20).Select(good => queue.ClassifyAsync(
            string.Concat(Enumerable.Repeat("good ", good))).AsTask())];
        Task<IReadOnlyList<Classification>> list = queue.ClassifyAsync(["good good good", "good", "good good bad", "good"]);
        foreach (Task<Classification> answer in bad)
        {
            await Assert.ThrowsAsync<ModelRunException>(() => answer.WaitAsync(TestEnd));
        }

        for (int good = 0; good < fine.Length; good++)
        {
            AssertSame(classifier.Classify(string.Concat(Enumerable.Repeat("good ", good)), TestEnd), await fine[good].WaitAsync(TestEnd));
        }

        Assert.StartsWith("Text 2 of 4: ", (await Assert.ThrowsAsync<ModelRunException>(() => list.WaitAsync(TestEnd))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(61)]
    public async Task A_text_of_more_windows_than_may_ever_wait_is_refused_in_little_memory(int stride)
    {
        // 10 MB, 4.2 million tokens: with the larger stride as many windows of 64.
        string huge = string.Concat(Enumerable.Repeat(Text(100) + " ", 42_000));
        string long60 = Text(60_000);
        Assert.InRange(huge.Length, 10_000_000, 20_000_000);
        using SequenceClassifier classifier = Load(new SequenceClassifierOptions { Stride = stride });
        await using var queue = new ClassificationQueue(classifier);
        foreach (TextInput input in new TextInput[] { huge, new(huge, "a"), new("a", huge), new(huge, huge), new(Text(70_000)), new(stride == 0 ? huge : long60) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Task<Classification> refused = queue.ClassifyAsync(input, TestEnd).AsTask();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Contains("the queue never lets more than 65536", (await Assert.ThrowsAsync<ArgumentException>(() => refused)).Message, StringComparison.Ordinal);
            Assert.InRange(allocated, 0, input.Pair is null ? 4 << 20 : 80 << 20);
        }

        // As long as fits: 65,536 tokens in windows of 64.
        if (stride == 0)
        {
            Classification most = await queue.ClassifyAsync(Text(62 * 1_024), TestEnd);
            Assert.Equal((1_024, 65_536, false), (most.Windows.Count, most.TokenCount, most.IsTruncated));
            AssertSame(classifier.Classify(Text(62 * 1_024), TestEnd), most);
        }

        Assert.Equal(0, queue.GetStatus().TokensWaiting);
    }

    [Fact]
    public async Task A_requests_encoding_says_how_its_long_texts_are_windowed_and_whether()
    {
        using SequenceClassifier classifier = Load(new SequenceClassifierOptions { Stride = 5 });
        await using var queue = new ClassificationQueue(classifier);
        foreach (EncodingOptions encoding in new[]
        {
            new EncodingOptions { Truncation = TruncationStrategy.OnlyFirst, MaxLength = 16, Stride = 3 },
            new EncodingOptions { Truncation = TruncationStrategy.OnlySecond, MaxLength = 30 },
            new EncodingOptions { Truncation = TruncationStrategy.OnlyFirst, AddSpecialTokens = false },
        })
        {
            TextInput input = encoding.Truncation == TruncationStrategy.OnlySecond ? new TextInput(Text(9), Text(150)) : new TextInput(Text(150));
            Classification answer = await queue.ClassifyAsync(input, new RequestOptions { Encoding = encoding }, TestEnd);
            IReadOnlyList<SequenceEncoding> windows = classifier.Tokenizer.EncodeWindows(input, encoding);
            Assert.Equal(windows.Count, answer.Windows.Count);
            Assert.Equal(windows.Sum(window => window.InputIds.Count), answer.TokenCount);
            Assert.All(answer.Windows, (window, index) =>
            {
                using TokenBatch alone = TokenBatch.Pad([windows[index]], classifier.Tokenizer.PadTokenId);
                Assert.Equal(BitsOf((float[])[.. classifier.Model.Run(alone, TestEnd)]), BitsOf(window.Logits));
            });
        }

        foreach ((EncodingOptions encoding, string says) in new[]
        {
            (new EncodingOptions { Truncation = TruncationStrategy.None }, "The text has 152 tokens, and the model in"),
            (new EncodingOptions { MaxLength = 80 }, "The window has 80 tokens, and the model in"),
            (new EncodingOptions { MaxLength = 16, Stride = 14 }, "A stride of 14 is not from 0 to 13"),
        })
        {
            Assert.Contains(
                says,
                (await Assert.ThrowsAsync<ArgumentException>(() => queue.ClassifyAsync(Text(150), new RequestOptions { Encoding = encoding }, TestEnd).AsTask())).Message,
                StringComparison.Ordinal);
        }

        // A pair of which neither text leaves room for windows of the other is refused, as without a queue.
        var pair = new TextInput(Text(62), Text(90));
        Assert.Equal(
            Assert.Throws<ArgumentException>(() => classifier.Classify(pair, TestEnd)).Message,
            (await Assert.ThrowsAsync<ArgumentException>(() => queue.ClassifyAsync(pair, TestEnd).AsTask())).Message);
    }

    private static SequenceClassifier Load(SequenceClassifierOptions options) =>
        SequenceClassifier.Load(Repository.Contract(Contract), options with { LongText = LongText.Windows });

    // Lists and lone texts of many callers at once, some of whom vanish.
    private static async Task AnswersAreThoseOfClassify(SequenceClassifier classifier, TextInput[] texts, int callers)
    {
        Classification[] expected = [.. texts.Select(text => classifier.Classify(text, TestEnd))];
        Assert.True(expected.Count(result => result.Windows.Count > 1) > texts.Length / 4);
        await using var queue = new ClassificationQueue(classifier, new ClassificationQueueOptions { MaxTokensWaiting = 1 << 24 });
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            using var source = new CancellationTokenSource();
            Task<Classification> vanishes = queue.ClassifyAsync(texts[random.Next(texts.Length)], source.Token).AsTask();
            await source.CancelAsync();
            int[] picked = [.. Enumerable.Range(0, 1 + (caller % 4)).Select(_ => random.Next(texts.Length))];
            IReadOnlyList<Classification> answers = picked.Length == 1
                ? [await queue.ClassifyAsync(texts[picked[0]])]
                : await queue.ClassifyAsync(
                    [.. picked.Select(text => texts[text])], new RequestOptions { Priority = (RequestPriority)(caller % 2), ClientKey = $"{caller % 5}" });
            for (int i = 0; i < picked.Length; i++)
            {
                AssertSame(expected[picked[i]], answers[i]);
            }

            await Task.WhenAny(vanishes);
            Assert.True(vanishes.IsCanceled || vanishes.IsCompletedSuccessfully);
        }))).WaitAsync(TimeSpan.FromMinutes(5), TestEnd);
        Assert.Equal((0, 0), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));
    }

    private static void AssertSame(Classification expected, Classification actual)
    {
        Assert.Equal(BitsOf(expected.Logits), BitsOf(actual.Logits));
        Assert.Equal(BitsOf(expected.Scores), BitsOf(actual.Scores));
        Assert.Equal(
            (expected.Label, expected.LabelIndex, expected.Score, expected.TokenCount, expected.IsTruncated, expected.Windows.Count),
            (actual.Label, actual.LabelIndex, actual.Score, actual.TokenCount, actual.IsTruncated, actual.Windows.Count));
        Assert.Equal(expected.Labels, actual.Labels);
        for (int window = 0; window < expected.Windows.Count; window++)
        {
            AssertSame(expected.Windows[window], actual.Windows[window]);
        }
    }

    // Every word is one token.
    private static string Text(int words, int seed = 0) => string.Join(' ', new Random(seed).GetItems(Words, words));

    private static int[] BitsOf(ReadOnlyMemory<float> numbers) => [.. numbers.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
