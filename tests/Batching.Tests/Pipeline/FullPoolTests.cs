using Xunit;

namespace Batching.Tests.Pipeline;

/// <summary>Calls where the thread pool has no thread to spare. Run by <see cref="ThreadPoolTests"/>, in a process of their own.</summary>
public sealed class FullPoolTests : IDisposable
{
    private static readonly string[] Texts =
        [.. Enumerable.Range(0, 120).Select(index => string.Join(' ', Enumerable.Range(0, (index % 17) + 1).Select(word => $"word{(index * 31) + word}")))];

    // A small model: whether a call ends is of interest, not how long it takes.
    private readonly SequenceClassifier classifier = SequenceClassifier.Load(
        Repository.Contract("bert-one-label"), new SequenceClassifierOptions { Parallelism = 4 });

    private static IEnumerable<TextInput> EndlessInputs
    {
        get
        {
            for (int i = 0; ; i++)
            {
                yield return Texts[i % Texts.Length];
            }
        }
    }

    public void Dispose() => classifier.Dispose();

    [Theory(Explicit = true)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_call_ends_with_the_same_bits_under_a_pool_of_every_size(int free)
    {
        float[][] expected = InTurn();
        float[] scores = [.. Texts.Select(text => classifier.Classify(("query", text)).Score)];

        using FullPool pool = FullPool.With(free);
        Assert.Equal(expected, FullPool.Outside(() => LogitsOf(classifier.Classify(Texts))));
        Assert.Equal(expected, FullPool.Outside(() => LogitsOf(classifier.ClassifyStream(Texts.Select(text => new TextInput(text))))));
        Assert.Equal(scores, FullPool.Outside(() => classifier.Rank("query", Texts)).OrderBy(ranking => ranking.Index).Select(ranking => ranking.Score));
    }

    [Theory(Explicit = true)]
    [InlineData(2, 8)]
    [InlineData(2, 40)]
    [InlineData(short.MaxValue, 200)]
    public void Calls_from_the_pools_own_threads_end(int threads, int calls)
    {
        float[][] expected = InTurn();
        FullPool.SetThreads(least: Environment.ProcessorCount, most: Math.Max(threads, Environment.ProcessorCount));

        float[][][] found = FullPool.Outside(() => Task.WhenAll(Enumerable.Range(0, calls).Select(_ => Task.Run(() => LogitsOf(classifier.Classify(Texts))))).Result);
        Assert.All(found, logits => Assert.Equal(expected, logits));
    }

    [Fact(Explicit = true)]
    public void A_cancelled_call_ends_in_a_full_pool()
    {
        using FullPool pool = FullPool.With(free: 0);
        using var cancellation = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        var canceller = new Thread(() =>
        {
            begun.Wait();
            cancellation.Cancel();
        });
        canceller.Start();
        AggregateException failure = Assert.Throws<AggregateException>(() => FullPool.Outside(() =>
        {
            foreach (Classification _ in classifier.ClassifyStream(EndlessInputs, cancellation.Token))
            {
                begun.Set();
            }
        }));
        canceller.Join();
        Assert.Equal(cancellation.Token, Assert.IsType<OperationCanceledException>(failure.InnerException).CancellationToken);

        // What was left to the pool finds the call over, and touches nothing of it.
        pool.Dispose();
        Assert.Equal(InTurn(), LogitsOf(classifier.Classify(Texts)));
    }

    [Fact(Explicit = true)]
    public void A_call_that_is_left_in_the_middle_ends_in_a_full_pool()
    {
        using FullPool pool = FullPool.With(free: 0);
        Assert.Single(FullPool.Outside(() => classifier.ClassifyStream(EndlessInputs).Take(1).ToList()));
    }

    [Fact(Explicit = true)]
    public void A_failing_call_ends_in_a_full_pool()
    {
        using FullPool pool = FullPool.With(free: 0);
        AggregateException failure = Assert.Throws<AggregateException>(() => FullPool.Outside(() => classifier.Classify([.. Texts, null!])));
        Assert.IsType<ArgumentException>(failure.InnerException, exactMatch: false);
    }

    [Fact(Explicit = true)]
    public void A_classifier_is_loaded_and_disposed_of_in_a_full_pool()
    {
        float[][] expected = InTurn();
        using FullPool pool = FullPool.With(free: 0);
        float[][] found = FullPool.Outside(() =>
        {
            using SequenceClassifier loaded = SequenceClassifier.Load(Repository.Contract("bert-one-label"));

            // Enough texts one by one for the second session to be wanted, which nobody comes to load.
            return Texts.Select(text => loaded.Classify(text).Logits.ToArray()).ToArray();
        });
        Assert.Equal(expected, found);
    }

    [Fact(Explicit = true)]
    public void A_load_that_fails_says_so_in_a_full_pool()
    {
        string folder = Directory.CreateTempSubdirectory("batching-").FullName;
        try
        {
            File.Copy(Path.Combine(Repository.Contract("bert-one-label"), "config.json"), Path.Combine(folder, "config.json"));
            using FullPool pool = FullPool.With(free: 0);
            Assert.IsType<ModelLoadException>(Assert.Throws<AggregateException>(() => FullPool.Outside(() => SequenceClassifier.Load(folder))).InnerException);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Explicit = true)]
    public void A_queue_answers_and_stops_in_a_full_pool()
    {
        float[][] expected = InTurn();
        using FullPool pool = FullPool.With(free: 0);
        (float[][] One, float[][] List, float[][] Submitted) found = FullPool.Outside(() =>
        {
            var queue = new ClassificationQueue(classifier);
            float[][] one = [.. Texts.Select(text => queue.ClassifyAsync(text).AsTask()).ToArray().Select(task => task.Result.Logits.ToArray())];
            TextInput[] inputs = [.. Texts.Select(text => new TextInput(text))];
            float[][] list = LogitsOf(queue.ClassifyAsync(inputs, new RequestOptions { Timeout = TimeSpan.FromHours(1) }).Result);
            float[][] submitted = LogitsOf(queue.SubmitAsync(inputs).Result.Classifications);
            queue.DisposeAsync().AsTask().Wait();
            return (one, list, submitted);
        });
        Assert.Equal(expected, found.One);
        Assert.Equal(expected, found.List);
        Assert.Equal(expected, found.Submitted);
    }

    [Fact(Explicit = true)]
    public void A_cancelled_request_and_a_queue_without_grace_end_in_a_full_pool()
    {
        using FullPool pool = FullPool.With(free: 0);
        using var cancellation = new CancellationTokenSource();
        (TaskStatus Cancelled, TaskStatus Stopped) found = FullPool.Outside(() =>
        {
            var queue = new ClassificationQueue(classifier);
            TextInput[] inputs = [.. Texts.Select(text => new TextInput(text))];
            Task cancelled = queue.ClassifyAsync(inputs, cancellationToken: cancellation.Token);
            cancellation.Cancel();
            Task.WaitAny(cancelled);
            Task stopped = queue.ClassifyAsync(inputs);
            queue.StopAsync(TimeSpan.Zero).Wait();
            Task.WaitAny(stopped);
            return (cancelled.Status, stopped.Status);
        });

        // Either may have been answered before.
        Assert.Contains(found.Cancelled, new[] { TaskStatus.Canceled, TaskStatus.RanToCompletion });
        Assert.Contains(found.Stopped, new[] { TaskStatus.Faulted, TaskStatus.RanToCompletion });
    }

    private static float[][] LogitsOf(IEnumerable<Classification> results) => [.. results.Select(result => result.Logits.ToArray())];

    // Each text by itself, on one thread, as if there were nothing else.
    private float[][] InTurn() => [.. Texts.Select(text => classifier.Classify(text).Logits.ToArray())];
}
