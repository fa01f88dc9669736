using System.Runtime.CompilerServices;
using Xunit;

namespace Batching.Tests;

/// <summary>Streams without end: in order, in bounded memory, and nothing left behind.</summary>
public sealed class SequenceClassifierStreamTests : IDisposable
{
    private static readonly string[] Words = ["a", "no", "it", "is", "so", "he", "was", "the", "of", "and"];

    private readonly SequenceClassifier classifier = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public void Dispose() => classifier.Dispose();

    [Fact]
    public async Task A_streams_results_are_those_of_the_texts_alone_in_their_order()
    {
        TextInput[] texts = Texts(6_000);
        float[][] streamed = [.. classifier.ClassifyStream(texts, Timeout).Select(result => result.Logits.ToArray())];
        List<float[]> streamedAsync = [];
        await foreach (Classification result in classifier.ClassifyStreamAsync(Async(texts), Timeout))
        {
            streamedAsync.Add(result.Logits.ToArray());
        }

        Assert.Equal(texts.Length, streamed.Length);
        Assert.Equal(streamed, streamedAsync);
        for (int i = 0; i < texts.Length; i += 97)
        {
            Assert.Equal(classifier.Classify(texts[i]).Logits.ToArray(), streamed[i]);
        }
    }

    [Fact]
    public async Task Nothing_is_read_before_a_result_is_asked_for_and_no_more_than_is_wanted()
    {
        int read = 0;
        IEnumerable<TextInput> Endless()
        {
            while (true)
            {
                read++;
                yield return Words[read % Words.Length];
            }
        }

        IEnumerable<Classification> stream = classifier.ClassifyStream(Endless(), Timeout);
        Assert.Equal(0, read);
        Assert.Equal(20_000, stream.Take(20_000).Count());
        Assert.InRange(read, 20_000, 30_000);

        read = 0;
        int taken = 0;
        await foreach (Classification unused in classifier.ClassifyStreamAsync(Async(Endless()), Timeout))
        {
            if (++taken == 20_000)
            {
                break;
            }
        }

        Assert.InRange(read, 20_000, 30_000);
    }

    [Fact]
    public async Task A_text_that_nothing_follows_does_not_wait_for_more()
    {
        // Each text is sent when the result of the one before it has come, as in a conversation.
        using var answered = new SemaphoreSlim(0);
        async IAsyncEnumerable<TextInput> Conversation([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (string word in Words)
            {
                yield return word;
                await answered.WaitAsync(cancellationToken);
            }
        }

        int results = 0;
        await foreach (Classification result in classifier.ClassifyStreamAsync(Conversation(Timeout), Timeout))
        {
            Assert.Equal(classifier.Classify(Words[results++]).Logits.ToArray(), result.Logits.ToArray());
            answered.Release();
        }

        Assert.Equal(Words.Length, results);
    }

    [Fact]
    public async Task An_exception_of_the_producer_comes_through_once_after_the_results_before_it()
    {
        IEnumerable<TextInput> Failing(int good)
        {
            foreach (TextInput text in Texts(good))
            {
                yield return text;
            }

            throw new InvalidDataException("The producer's own.");
        }

        foreach (int good in new[] { 0, 1, 3_000 })
        {
            int results = 0;
            Assert.Throws<InvalidDataException>(() => results = Count(classifier.ClassifyStream(Failing(good), Timeout), ref results));
            Assert.Equal(good, results);

            results = 0;
            await Assert.ThrowsAsync<InvalidDataException>(async () =>
            {
                await foreach (Classification unused in classifier.ClassifyStreamAsync(Async(Failing(good)), Timeout))
                {
                    results++;
                }
            });
            Assert.Equal(good, results);
        }

        static int Count(IEnumerable<Classification> stream, ref int count)
        {
            foreach (Classification unused in stream)
            {
                count++;
            }

            return count;
        }
    }

    [Fact]
    public async Task What_is_no_text_is_refused_after_the_results_before_it()
    {
        TextInput[] texts = ["a", "no", default];
        int results = 0;
        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await foreach (Classification unused in classifier.ClassifyStreamAsync(Async(texts), Timeout))
            {
                results++;
            }
        });
        Assert.Contains("no text", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, results);
    }

    [Fact]
    public async Task Leaving_early_ends_the_producer_and_every_run()
    {
        bool ended = false;
        async IAsyncEnumerable<TextInput> Producer([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                foreach (TextInput text in Texts(100))
                {
                    yield return text;
                }

                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }
            finally
            {
                ended = true;
            }
        }

        await foreach (Classification unused in classifier.ClassifyStreamAsync(Producer(), Timeout))
        {
            break;
        }

        Assert.True(ended);
        Assert.Single(classifier.ClassifyStream(Texts(5_000), Timeout).Take(1));
    }

    [Fact]
    public async Task Cancellation_ends_the_stream_also_while_the_producer_is_waited_for()
    {
        using var source = new CancellationTokenSource();
        async IAsyncEnumerable<TextInput> Stuck()
        {
            yield return "a";
            await new TaskCompletionSource().Task;
        }

        int results = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Classification unused in classifier.ClassifyStreamAsync(Stuck(), source.Token))
            {
                results++;
                await source.CancelAsync();
            }
        });
        Assert.Equal(1, results);

        using var second = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (Classification unused in classifier.ClassifyStream(Texts(10_000), second.Token))
            {
                second.Cancel();
            }
        });
        Assert.Equal(2, classifier.Classify(["a", "no"]).Count);
    }

    [Fact]
    public async Task A_run_that_fails_ends_the_stream_with_its_exception()
    {
        SequenceClassifier failing = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));
        failing.Model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => failing.ClassifyStream(Texts(100), Timeout).Count());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (Classification unused in failing.ClassifyStreamAsync(Async(Texts(100)), Timeout))
            {
                Assert.Fail("There is no model to give a result.");
            }
        });
        failing.Dispose();
    }

    [Fact]
    public void Disposed_in_mid_stream_it_goes_on_to_the_streams_end()
    {
        SequenceClassifier streaming = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));
        int results = 0;
        foreach (Classification unused in streaming.ClassifyStream(Texts(5_000), Timeout))
        {
            if (results++ == 0)
            {
                streaming.Dispose();
            }
        }

        Assert.Equal(5_000, results);
        Assert.Throws<ObjectDisposedException>(() => streaming.ClassifyStream(Texts(1), Timeout).Count());
    }

    [Fact]
    public void Measured_costs_change_the_plan_and_no_bit()
    {
        TextInput[] texts = Texts(300);
        float[][] before = [.. classifier.Classify(texts).Select(result => result.Logits.ToArray())];
        MeasuredBatchCosts costs = classifier.MeasureBatchCosts(Timeout);
        Assert.True(costs.Cost.PerToken > 0);
        Assert.InRange(costs.TokensPerBatch, 256, 2048);
        Assert.StartsWith("A run costs ", costs.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, classifier.Classify(texts).Select(result => result.Logits.ToArray()));
    }

    private static TextInput[] Texts(int count)
    {
        var random = new Random(23);
        return [.. Enumerable.Range(0, count).Select(_ => new TextInput(string.Join(' ', random.GetItems(Words, random.Next(0, 30)))))];
    }

    private static async IAsyncEnumerable<TextInput> Async(IEnumerable<TextInput> texts)
    {
        int count = 0;
        foreach (TextInput text in texts)
        {
            if (count++ % 700 == 0)
            {
                await Task.Yield();
            }

            yield return text;
        }
    }
}
