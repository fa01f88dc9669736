using System.Collections.Concurrent;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>With workers of its own and callers on every thread: nobody is forgotten, nobody gets another's answer.</summary>
public sealed class QueueWorkersTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    public async Task Hundreds_of_callers_get_their_own_answers_while_others_vanish_and_fail(int workers, bool isFasterOnAllCores)
    {
        var backend = new FakeBackend { IsFasterOnAllCores = isFasterOnAllCores };
        await using var queue = new ClassificationQueue(
            backend, new ClassificationQueueOptions { Workers = workers, MaxTokensWaiting = 3_000 }, TimeProvider.System, startsWorkers: true);
        var outcomes = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (int i = 0; i < 40; i++)
            {
                string[] texts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random))];
                bool isBad = texts.Any(text => text.Contains(FakeBackend.Poison));
                bool vanishes = random.Next(6) == 0;
                using var source = new CancellationTokenSource();
                Task<IReadOnlyList<Classification>> answer = queue.ClassifyAsync(
                    [.. texts.Select(text => new TextInput(text))], new RequestOptions { ClientKey = $"{caller % 7}", Priority = (RequestPriority)(caller % 2) }, source.Token);
                if (vanishes)
                {
                    await source.CancelAsync();
                }

                try
                {
                    Assert.Equal(texts, (await answer.WaitAsync(TimeSpan.FromMinutes(2), TestEnd)).Select(result => result.Label));
                    Assert.False(isBad);
                    outcomes.AddOrUpdate("answered", 1, (_, count) => count + 1);
                }
                catch (ModelRunException)
                {
                    Assert.True(isBad);
                    outcomes.AddOrUpdate("failed", 1, (_, count) => count + 1);
                }
                catch (OperationCanceledException)
                {
                    Assert.True(vanishes);
                    outcomes.AddOrUpdate("cancelled", 1, (_, count) => count + 1);
                }
                catch (QueueFullException)
                {
                    outcomes.AddOrUpdate("full", 1, (_, count) => count + 1);
                }
            }
        })));
        Assert.Equal(300 * 40, outcomes.Values.Sum());
        Assert.True(outcomes["answered"] > 1_000);
        Assert.True(outcomes["failed"] > 100);
        Assert.Equal(0, queue.GetStatus().TokensWaiting);

        static string Text(Random random) =>
            random.Next(30) == 0 ? $"bad{random.Next(5)}{FakeBackend.Poison}" : new string((char)('a' + random.Next(26)), random.Next(1, 30));
    }

    [Fact]
    public async Task Stopped_in_the_middle_everybody_is_answered_or_told()
    {
        for (int round = 0; round < 40; round++)
        {
            var queue = new ClassificationQueue(new FakeBackend(), new ClassificationQueueOptions(), TimeProvider.System, startsWorkers: true);
            Task<bool>[] callers = [.. Enumerable.Range(0, 60).Select(caller => Task.Run(async () =>
            {
                for (int i = 0; ; i++)
                {
                    string text = new((char)('a' + caller % 26), 1 + i % 20);
                    try
                    {
                        Assert.Equal(text, (await queue.ClassifyAsync(text)).Label);
                    }
                    catch (QueueStoppedException)
                    {
                        return true;
                    }
                }
            }))];
            await queue.ClassifyAsync("one at least");
            Task stop = queue.StopAsync(round % 2 == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(1));
            Assert.All(await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(2), TestEnd), Assert.True);
            await stop.WaitAsync(TimeSpan.FromMinutes(2), TestEnd);
            Assert.Equal((0, 0), (queue.GetStatus().RowsWaiting, queue.GetStatus().BatchesRunning));
        }
    }

    [Fact]
    public async Task Workers_run_side_by_side_and_callers_do_not_go_on_in_their_threads()
    {
        using var barrier = new Barrier(2);
        var threads = new ConcurrentBag<int>();
        var backend = new FakeBackend
        {
            Running = _ =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                Assert.True(barrier.SignalAndWait(TimeSpan.FromMinutes(1)));
            },
        };
        await using var queue = new ClassificationQueue(backend, new ClassificationQueueOptions(), TimeProvider.System, startsWorkers: true);
        Task<int>[] callers = [.. new[] { "a", new string('b', 30) }.Select(async text =>
        {
            await queue.ClassifyAsync(text).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        })];
        int[] after = await Task.WhenAll(callers);
        Assert.Equal(2, threads.Distinct().Count());
        Assert.Empty(after.Intersect(threads));
    }

    [Fact]
    public async Task Whatever_was_current_where_the_queue_was_made_is_not_carried_into_its_runs()
    {
        var ambient = new AsyncLocal<string?> { Value = "maker" };
        string? seen = "nothing";
        var backend = new FakeBackend { Running = _ => seen = ambient.Value };
        await using var queue = new ClassificationQueue(backend, new ClassificationQueueOptions(), TimeProvider.System, startsWorkers: true);
        await queue.ClassifyAsync("a");
        Assert.Null(seen);
    }
}
