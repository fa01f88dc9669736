using Xunit;

namespace Batching.Tests;

/// <summary>The front door, as an application meets it.</summary>
public sealed class SequenceClassifierTests : IDisposable
{
    private readonly SequenceClassifier classifier = Load(ModelPrecision.Int8);

    public void Dispose() => classifier.Dispose();

    [Fact]
    public void A_text_gets_its_label_its_score_and_its_logits()
    {
        Classification result = classifier.Classify("I've been waiting for this my whole life.");
        Assert.Equal("POSITIVE", result.Label);
        Assert.Equal(1, result.LabelIndex);
        Assert.Equal(["NEGATIVE", "POSITIVE"], classifier.Labels);
        Assert.Equal(result.Scores.Span[1], result.Score);
        Assert.Equal(1, result.Scores.Span[0] + result.Scores.Span[1], 1e-6f);
        Assert.True(result.Logits.Span[1] > result.Logits.Span[0]);
        Assert.Equal((13, false), (result.TokenCount, result.IsTruncated));
        Assert.Matches(@"^POSITIVE \(0\.\d{4}\)$", result.ToString());
        Assert.Equal("NEGATIVE", classifier.Classify("I hate this so much!").Label);
    }

    [Fact]
    public void Results_come_in_the_order_of_the_texts_with_the_bits_of_each_text_alone()
    {
        string[] texts = Texts(60);
        IReadOnlyList<Classification> together = classifier.Classify(texts);
        Assert.Equal(texts.Length, together.Count);
        for (int i = 0; i < texts.Length; i++)
        {
            Classification alone = classifier.Classify(texts[i]);
            Assert.Equal(alone.Logits.ToArray(), together[i].Logits.ToArray());
            Assert.Equal(alone.Scores.ToArray(), together[i].Scores.ToArray());
            Assert.Equal((alone.Label, alone.Score, alone.TokenCount), (together[i].Label, together[i].Score, together[i].TokenCount));
        }

        Assert.Equal(Logits(together), Logits(classifier.Classify([.. texts.Select(text => new TextInput(text))])));
        Assert.Equal(Logits(together).Reverse(), Logits(classifier.Classify(texts.Reverse())));
    }

    [Fact]
    public void How_many_batches_run_side_by_side_and_how_they_are_padded_changes_no_bit()
    {
        string[] texts = Texts(40);
        float[][] expected = Logits(classifier.Classify(texts));
        foreach (int parallelism in new[] { 1, 2, 7 })
        {
            using SequenceClassifier other = SequenceClassifier.Load(Repository.DefaultModel, new SequenceClassifierOptions
            {
                Precision = ModelPrecision.Int8,
                Parallelism = parallelism,
                ThreadsPerRun = parallelism == 1 ? 2 : 1,
                Padding = new PaddingOptions { MultipleOf = 8 * parallelism },
            });
            Assert.Equal(expected, Logits(other.Classify(texts)));
        }
    }

    [Fact]
    public void No_text_gives_no_result_and_an_empty_text_gives_one()
    {
        Assert.Empty(classifier.Classify(Array.Empty<string>()));
        Assert.Empty(classifier.Classify(Array.Empty<TextInput>()));
        Assert.Equal(2, classifier.Classify("").TokenCount);
        Assert.Equal(3, classifier.Classify(["", " ", "\0"]).Count);
    }

    [Fact]
    public void A_huge_text_is_truncated_at_the_models_limit()
    {
        string huge = string.Concat(Enumerable.Repeat("I love it. ", 1_000_000));
        Classification result = classifier.Classify(huge);
        Assert.Equal((512, true), (result.TokenCount, result.IsTruncated));
        Assert.Equal(result.Logits.ToArray(), classifier.Classify(huge[..20_000]).Logits.ToArray());
    }

    [Fact]
    public void The_limit_can_be_lowered()
    {
        using SequenceClassifier shorter = SequenceClassifier.Load(
            Repository.DefaultModel, new SequenceClassifierOptions { Precision = ModelPrecision.Int8, MaxLength = 8 });
        Classification result = shorter.Classify("one two three four five six seven eight");
        Assert.Equal((8, true), (result.TokenCount, result.IsTruncated));
        Assert.Equal(classifier.Classify("one two three four five six").Logits.ToArray(), result.Logits.ToArray());
        Assert.Equal(8, shorter.Tokenizer.MaxLength);
    }

    [Fact]
    public void A_million_short_texts_are_classified_in_order()
    {
        using SequenceClassifier small = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));
        string[] texts = ["a", "no", "it is", "so", "he was"];
        float[][] expected = Logits(small.Classify(texts));
        IReadOnlyList<Classification> results = small.Classify(Enumerable.Range(0, 1_000_000).Select(i => texts[i % texts.Length]));
        Assert.Equal(1_000_000, results.Count);
        for (int i = 0; i < results.Count; i++)
        {
            if (!results[i].Logits.Span.SequenceEqual(expected[i % texts.Length]))
            {
                Assert.Fail($"Text {i} got other logits.");
            }
        }
    }

    [Fact]
    public async Task Any_number_of_threads_may_classify_at_once()
    {
        string[] texts = Texts(24);
        float[][] expected = Logits(classifier.Classify(texts));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                int text = (i + (worker * 3)) % texts.Length;
                Classification result = worker % 2 == 0
                    ? classifier.Classify(texts[text])
                    : await classifier.ClassifyAsync(texts[text], TestContext.Current.CancellationToken);
                Assert.Equal(expected[text], result.Logits.ToArray());
            }

            Assert.Equal(expected, Logits(classifier.Classify(texts)));
        })));
    }

    [Fact]
    public async Task Disposed_while_in_use_it_finishes_what_has_begun_and_takes_nothing_new()
    {
        string[] texts = Texts(80);
        float[][] expected = Logits(classifier.Classify(texts));
        SequenceClassifier busy = Load(ModelPrecision.Int8);
        using var begun = new CountdownEvent(4);
        Task<float[][]>[] calls = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => Logits(busy.Classify(Announced()))))];
        begun.Wait(TestContext.Current.CancellationToken);
        busy.Dispose();
        Assert.Throws<ObjectDisposedException>(() => busy.Classify("too late"));
        Assert.Throws<ObjectDisposedException>(() => busy.Classify(["too late"]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await busy.ClassifyAsync("too late"));
        foreach (Task<float[][]> call in calls)
        {
            Assert.Equal(expected, await call);
        }

        Assert.Throws<ObjectDisposedException>(() => busy.Model.Run(System.Numerics.Tensors.Tensor.Create<long>([200], [1, 1])));

        // The texts are read by a call that has begun.
        IEnumerable<string> Announced()
        {
            begun.Signal();
            foreach (string text in texts)
            {
                yield return text;
            }
        }
    }

    [Fact]
    public void Cancellation_stops_the_call_and_the_classifier_goes_on_working()
    {
        // All different, so that each has to be run.
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => $"{i} {string.Concat(Enumerable.Repeat("a long text ", 170))}")];
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.Equal(source.Token, Assert.ThrowsAny<OperationCanceledException>(() => classifier.Classify(texts, source.Token)).CancellationToken);
        Assert.ThrowsAny<OperationCanceledException>(() => classifier.Classify("a text", new CancellationToken(canceled: true)));
        Assert.Equal("NEGATIVE", classifier.Classify("I hate this so much!").Label);
    }

    [Fact]
    public void What_is_no_text_is_refused_by_its_place_and_an_exception_of_the_caller_comes_through()
    {
        Assert.Contains("Text 1 is null", Assert.Throws<ArgumentException>(() => classifier.Classify(["a", null!])).Message, StringComparison.Ordinal);
        Assert.Contains("no text", Assert.Throws<ArgumentException>(() => classifier.Classify(default(TextInput))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => classifier.Classify((IEnumerable<string>)null!));
        Assert.Throws<ArgumentNullException>(() => classifier.Classify((string)null!));
        Assert.Throws<InvalidDataException>(() => classifier.Classify(Failing()));

        static IEnumerable<string> Failing()
        {
            yield return "a";
            throw new InvalidDataException("The caller's own.");
        }
    }

    [Fact]
    public async Task A_folder_loads_without_holding_up_the_caller_and_streams_load_as_well()
    {
        var options = new SequenceClassifierOptions { Precision = ModelPrecision.Int8 };
        using SequenceClassifier loaded = await SequenceClassifier.LoadAsync(
            Repository.DefaultModel, options, TestContext.Current.CancellationToken);
        using SequenceClassifier streamed = SequenceClassifier.Load(
            name => Path.Combine(Repository.DefaultModel, name) is var path && File.Exists(path) ? File.OpenRead(path) : null, options);
        float[] expected = classifier.Classify("a text").Logits.ToArray();
        Assert.Equal(expected, loaded.Classify("a text").Logits.ToArray());
        Assert.Equal(expected, streamed.Classify("a text").Logits.ToArray());
    }

    [Fact]
    public async Task An_application_can_mock_the_classifier()
    {
        ISequenceClassifier mock = new AlwaysPositive();
        Assert.Equal("POSITIVE", (await mock.ClassifyAsync("anything", TestContext.Current.CancellationToken)).Label);
    }

    private static SequenceClassifier Load(ModelPrecision precision) =>
        SequenceClassifier.Load(Repository.DefaultModel, new SequenceClassifierOptions { Precision = precision });

    // Texts of many lengths, in no order.
    private static string[] Texts(int count)
    {
        var random = new Random(3);
        string[] words = ["good", "bad", "film", "unaffable", "I", "love", "it", "Café", ",", "never", "again", "[MASK]", "中文"];
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', random.GetItems(words, random.Next(0, 40))))];
    }

    private static float[][] Logits(IEnumerable<Classification> results) => [.. results.Select(result => result.Logits.ToArray())];

    private sealed class AlwaysPositive : ISequenceClassifier
    {
        public ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default) => new(new Classification
        {
            Label = "POSITIVE",
            LabelIndex = 1,
            Score = 1,
            Logits = new float[] { 0, 1 },
            Scores = new float[] { 0, 1 },
            TokenCount = 2,
            IsTruncated = false,
        });
    }
}
