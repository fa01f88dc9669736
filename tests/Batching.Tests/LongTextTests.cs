using Batching.Tests.Folders;
using CsCheck;
using Xunit;

namespace Batching.Tests;

/// <summary>Texts longer than the model takes, classified window by window and pooled to one result.</summary>
public sealed class LongTextTests : IDisposable
{
    private const string Contract = "distilbert-vocab-txt-only";
    private const int MaxLength = 20;
    private const int Stride = 5;

    private static readonly string[] Words = ["a", "no", "it", "is", "so", "he", "as", "the", "on", "and"];

    private readonly SequenceClassifier mean = Load(WindowPooling.Mean);
    private readonly SequenceClassifier maximum = Load(WindowPooling.Maximum);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        mean.Dispose();
        maximum.Dispose();
    }

    [Fact]
    public void A_text_that_fits_one_window_gets_the_bits_that_it_gets_with_truncation()
    {
        using SequenceClassifier truncating = SequenceClassifier.Load(
            Repository.Contract(Contract), new SequenceClassifierOptions { MaxLength = MaxLength });
        foreach (int words in Enumerable.Range(0, MaxLength - 1))
        {
            string text = Text(words, seed: words);
            Classification expected = truncating.Classify(text, TestEnd);
            foreach (Classification result in new[] { mean.Classify(text, TestEnd), maximum.Classify([text, Text(100)], TestEnd)[0] })
            {
                Assert.Equal(BitsOf(expected.Logits), BitsOf(result.Logits));
                Assert.Equal(BitsOf(expected.Scores), BitsOf(result.Scores));
                Assert.Equal((expected.Label, expected.TokenCount, false), (result.Label, result.TokenCount, result.IsTruncated));
                Assert.Empty(result.Windows);
            }
        }
    }

    [Fact]
    public void A_windows_logits_are_those_of_the_windows_ids_alone() =>
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, 1_000]).Sample(
            (words, seed) =>
            {
                string text = Text(words, seed);
                Classification result = mean.Classify([text, "no"], TestEnd)[0];
                IReadOnlyList<SequenceEncoding> windows = mean.Tokenizer.EncodeWindows(text, new EncodingOptions { Stride = Stride });
                Assert.Equal(windows.Count == 1 ? 0 : windows.Count, result.Windows.Count);
                Assert.Equal(windows.Sum(window => window.InputIds.Count), result.TokenCount);
                Assert.All(result.Windows, (window, index) =>
                {
                    using TokenBatch alone = TokenBatch.Pad([windows[index]], mean.Tokenizer.PadTokenId);
                    float[] logits = [.. mean.Model.Run(alone, TestEnd)];
                    Assert.Equal(BitsOf(logits), BitsOf(window.Logits));
                    Assert.Equal((windows[index].InputIds.Count, true), (window.TokenCount, window.IsTruncated));
                    Assert.Equal(window.Labels[window.LabelIndex], window.Label);
                    Assert.Empty(window.Windows);
                });
            },
            seed: Generators.Seed, iter: 150, threads: 1);

    [Fact]
    public void The_windows_scores_are_pooled_to_the_texts()
    {
        string text = Text(300);
        Classification average = mean.Classify(text, TestEnd);
        Classification highest = maximum.Classify(text, TestEnd);
        Assert.Equal(BitsOf(average.Windows), BitsOf(highest.Windows));
        for (int label = 0; label < 2; label++)
        {
            Assert.Equal(average.Windows.Average(window => (double)window.Scores.Span[label]), average.Scores.Span[label], 1e-6);
            Assert.Equal(average.Windows.Average(window => (double)window.Logits.Span[label]), average.Logits.Span[label], 1e-6);
            Assert.Equal(highest.Windows.Max(window => window.Scores.Span[label]), highest.Scores.Span[label]);
            Assert.Equal(highest.Windows.Max(window => window.Logits.Span[label]), highest.Logits.Span[label]);
        }

        foreach (Classification result in new[] { average, highest })
        {
            Assert.Equal(result.Scores.ToArray().Max(), result.Score);
            Assert.Equal(result.Scores.Span[result.LabelIndex], result.Score);
            Assert.Equal(result.Labels[result.LabelIndex], result.Label);
            Assert.False(result.IsTruncated);
        }
    }

    [Fact]
    public void The_pooled_label_is_that_of_the_pooled_scores_and_not_of_the_pooled_logits()
    {
        // One window of 9 against one of -4 and two of -4: the mean logit says the first label, two of three windows the second.
        float[] weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, -4, 0, 0, 0];
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(weights));
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = 3, LongText = LongText.Windows });
        Classification result = classifier.Classify("good bad bad", TestEnd);
        Assert.Equal([9, -4, -4], result.Windows.Select(window => window.Logits.Span[0]));
        Assert.Equal("LABEL_1", result.Label);
        Assert.Equal(1 / 3f, result.Logits.Span[0], 1e-6f);
    }

    [Fact]
    public async Task Lists_and_streams_of_texts_of_all_lengths_get_the_bits_of_each_text_alone()
    {
        var random = new Random(11);
        TextInput[] texts = [.. Enumerable.Range(0, 400).Select(index => index % 50 == 7
            ? new TextInput(Text(3_000, seed: index))
            : index % 9 == 3
                ? new TextInput(Text(random.Next(0, 8), index), Text(random.Next(0, 60), index + 1))
                : new TextInput(Text(random.Next(0, 60), seed: index % 100)))];
        IReadOnlyList<Classification> together = mean.Classify(texts, TestEnd);
        Assert.Equal(BitsOf(together), BitsOf([.. mean.ClassifyStream(texts, TestEnd)]));
        List<Classification> streamed = [];
        await foreach (Classification result in mean.ClassifyStreamAsync(texts.ToAsyncEnumerable(), TestEnd))
        {
            streamed.Add(result);
        }

        Assert.Equal(BitsOf(together), BitsOf(streamed));
        for (int text = 0; text < texts.Length; text += 13)
        {
            Classification alone = await mean.ClassifyAsync(texts[text], TestEnd);
            Assert.Equal(BitsOf([alone]), BitsOf([together[text]]));
            Assert.Equal(BitsOf(alone.Windows), BitsOf(together[text].Windows));
            Assert.Equal((alone.Label, alone.TokenCount), (together[text].Label, together[text].TokenCount));
        }
    }

    [Fact]
    public void A_text_of_more_windows_than_are_planned_at_a_time_is_one_result()
    {
        // 10 MB: 67,742 windows of 64 tokens, of which a thousand fill what is planned at a time.
        string text = string.Concat(Enumerable.Range(0, 700_000).Select(index => $"{Words[index % 10]} {Words[index / 10 % 10]} {Words[index / 100 % 10]} it is no "));
        Assert.InRange(text.Length, 10_000_000, 20_000_000);
        using SequenceClassifier classifier = SequenceClassifier.Load(
            Repository.Contract(Contract), new SequenceClassifierOptions { LongText = LongText.Windows });
        IReadOnlyList<Classification> results = classifier.Classify(["no", text, "so"], TestEnd);

        Assert.Equal(3, results.Count);
        Assert.Equal(((700_000 * 6) + 61) / 62, results[1].Windows.Count);
        Assert.Equal((700_000 * 6) + (2 * results[1].Windows.Count), results[1].TokenCount);
        Assert.Equal(BitsOf(classifier.Classify("no", TestEnd).Logits), BitsOf(results[0].Logits));
        Assert.Equal(BitsOf(classifier.Classify("so", TestEnd).Logits), BitsOf(results[2].Logits));
    }

    [Fact]
    public void Windows_that_overlap_almost_wholly_are_made_as_they_are_wanted()
    {
        // 20,000 windows of 64 tokens, each one token further: 1.3 million tokens, of 65,536 at a time.
        using SequenceClassifier classifier = SequenceClassifier.Load(
            Repository.Contract(Contract), new SequenceClassifierOptions { LongText = LongText.Windows, Stride = 61 });
        string text = Text(20_061);
        Classification result = classifier.Classify(text, TestEnd);
        Assert.Equal(20_000, result.Windows.Count);
        IReadOnlyList<SequenceEncoding> windows = classifier.Tokenizer.EncodeWindows(text, new EncodingOptions { Stride = 61 });
        Assert.Equal(windows.Count, result.Windows.Count);
        foreach (int index in new[] { 0, 1_023, 1_024, 1_025, 5_000, 19_999 })
        {
            using TokenBatch alone = TokenBatch.Pad([windows[index]], classifier.Tokenizer.PadTokenId);
            Assert.Equal(BitsOf((float[])[.. classifier.Model.Run(alone, TestEnd)]), BitsOf(result.Windows[index].Logits));
        }
    }

    [Fact]
    public void Repeated_long_texts_get_the_same_results()
    {
        string text = Text(500);
        IReadOnlyList<Classification> results = mean.Classify([.. Enumerable.Repeat(text, 40)], TestEnd);
        Assert.All(results, result =>
        {
            Assert.Equal(BitsOf([results[0]]), BitsOf([result]));
            Assert.Equal(BitsOf(results[0].Windows), BitsOf(result.Windows));
        });
    }

    [Theory]
    [InlineData(3, 60, TruncationStrategy.OnlySecond)]
    [InlineData(60, 3, TruncationStrategy.OnlyFirst)]
    [InlineData(9, 10, TruncationStrategy.OnlySecond)]
    [InlineData(9, 9, TruncationStrategy.OnlyFirst)]
    public void Of_a_pair_the_longer_text_is_windowed_and_the_other_repeated(int first, int second, TruncationStrategy cuts)
    {
        var input = new TextInput(Text(first, 1), Text(second, 2));
        using SequenceClassifier classifier = Load(WindowPooling.Mean, stride: 3);
        Classification result = classifier.Classify(input, TestEnd);
        IReadOnlyList<SequenceEncoding> windows = classifier.Tokenizer.EncodeWindows(input, new EncodingOptions { Stride = 3, Truncation = cuts });
        Assert.True(windows.Count > 1);
        Assert.Equal(windows.Count, result.Windows.Count);
        Assert.All(result.Windows, (window, index) =>
        {
            using TokenBatch alone = TokenBatch.Pad([windows[index]], classifier.Tokenizer.PadTokenId);
            Assert.Equal(BitsOf((float[])[.. classifier.Model.Run(alone, TestEnd)]), BitsOf(window.Logits));
        });
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void A_pair_with_an_empty_text_is_windowed_as_a_pair_alone_and_among_others(int words)
    {
        var withEmptyPair = new TextInput(Text(words), "");
        Classification expected = mean.Classify(withEmptyPair, TestEnd);
        IReadOnlyList<SequenceEncoding> windows = mean.Tokenizer.EncodeWindows(withEmptyPair, new EncodingOptions { Truncation = TruncationStrategy.OnlyFirst, Stride = 5 });
        Assert.All(windows, window => Assert.Equal(window.InputIds[^2], window.InputIds[^1]));
        Assert.Equal(windows.Count, Math.Max(1, expected.Windows.Count));
        Assert.Equal(windows.Sum(window => window.InputIds.Count), expected.TokenCount);
        Classification among = mean.Classify(["no", withEmptyPair, Text(60)], TestEnd)[1];
        Assert.Equal(BitsOf([expected]), BitsOf([among]));
        Assert.Equal(expected.Windows.Count, among.Windows.Count);
    }

    [Fact]
    public async Task A_pair_without_room_for_windows_is_refused_by_what_it_lacks()
    {
        foreach ((int first, int second, string says) in new[]
        {
            (17, 30, "A limit of 20 tokens leaves no room for a window of the pair beside the 17 tokens of the text, which every window repeats"),
            (50, 40, "A limit of 20 tokens leaves no room for a window of the text beside the 40 tokens of the pair"),
            (12, 40, "A stride of 5 is not from 0 to 4: a window of 20 tokens holds 5 of the text and has to advance"),
        })
        {
            var pair = new TextInput(Text(first), Text(second));
            foreach (var refusal in new[]
            {
                Assert.Throws<ArgumentException>(() => mean.Classify(pair, TestEnd)),
                Assert.Throws<ArgumentException>(() => mean.Classify(["a", pair], TestEnd)),
                await Assert.ThrowsAsync<ArgumentException>(async () => await mean.ClassifyAsync(pair, TestEnd)),
            })
            {
                Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
            }

            List<Classification> before = [];
            Assert.Throws<ArgumentException>(() =>
            {
                foreach (Classification result in mean.ClassifyStream(["a", Text(100), pair, "b"], TestEnd))
                {
                    before.Add(result);
                }
            });
            Assert.Equal(BitsOf([mean.Classify("a", TestEnd), mean.Classify(Text(100), TestEnd)]), BitsOf(before));
        }

        // A pair that fits needs no room.
        Assert.Empty(mean.Classify((Text(8), Text(9)), TestEnd).Windows);
    }

    [Fact]
    public void A_logit_that_is_not_finite_is_named_by_its_text()
    {
        float[] weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, -1, float.NaN, 2, 0, 0];
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(weights));
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { MaxLength = 3, LongText = LongText.Windows });
        Assert.Contains("of text 2,", Assert.Throws<ModelRunException>(
            () => classifier.Classify(["good good good", "", "good good bad", "good"], TestEnd)).Message, StringComparison.Ordinal);
        Assert.Contains("of text 0,", Assert.Throws<ModelRunException>(() => classifier.Classify("good bad", TestEnd)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, -1, "Stride is -1; it has to be from 0 to 17: a window of 20 tokens holds 18 of the text")]
    [InlineData(20, 18, "Stride is 18; it has to be from 0 to 17")]
    [InlineData(20, int.MaxValue, "it has to be from 0 to 17")]
    [InlineData(3, 1, "it has to be from 0 to 0: a window of 3 tokens holds 1 of the text")]
    [InlineData(2, 0, "MaxLength is 2, and a window of so many tokens holds special tokens only")]
    [InlineData(null, 62, "it has to be from 0 to 61: a window of 64 tokens")]
    public void A_stride_that_does_not_fit_is_refused_when_the_model_is_loaded(int? maxLength, int stride, string says)
    {
        var refusal = Assert.Throws<ArgumentException>(() => SequenceClassifier.Load(
            Repository.Contract(Contract), new SequenceClassifierOptions { MaxLength = maxLength, LongText = LongText.Windows, Stride = stride }));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_without_a_limit_are_refused_when_the_model_is_loaded()
    {
        using var model = ModelFolderBuilder.Tiny();
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { LongText = LongText.Windows }));
        Assert.Contains("LongText.Windows needs a limit, and neither the model nor its tokenizer has one. Set MaxLength.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((LongText)2, WindowPooling.Mean)]
    [InlineData((LongText)(-1), WindowPooling.Mean)]
    [InlineData(LongText.Windows, (WindowPooling)2)]
    public void An_option_that_does_not_exist_is_refused(LongText longText, WindowPooling pooling)
    {
        using var model = ModelFolderBuilder.Tiny();
        Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { MaxLength = 8, LongText = longText, WindowPooling = pooling }));
    }

    private static SequenceClassifier Load(WindowPooling pooling, int stride = Stride) => SequenceClassifier.Load(
        Repository.Contract(Contract),
        new SequenceClassifierOptions { MaxLength = MaxLength, LongText = LongText.Windows, Stride = stride, WindowPooling = pooling });

    // Every word is one token.
    private static string Text(int words, int seed = 0) => string.Join(' ', new Random(seed).GetItems(Words, words));

    private static int[] BitsOf(ReadOnlyMemory<float> numbers) => [.. numbers.ToArray().Select(BitConverter.SingleToInt32Bits)];

    private static int[] BitsOf(IReadOnlyList<Classification> results) =>
        [.. results.SelectMany(result => (int[])[.. BitsOf(result.Logits), .. BitsOf(result.Scores)])];
}
