using Batching.Inference;
using System.Diagnostics;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>What a caller may count on, one promise at a time, with a clock and workers that the tests drive.</summary>
public sealed class ClassificationQueueTests
{
    private readonly FakeTimeProvider time = new();
    private readonly FakeBackend backend = new();

    [Fact]
    public async Task Texts_that_collect_while_workers_are_busy_share_a_batch()
    {
        ClassificationQueue queue = Queue();
        Task<Classification>[] answers = [.. "abcdefgh".Select(letter => queue.ClassifyAsync(new string(letter, 4)).AsTask())];
        Assert.All(answers, answer => Assert.False(answer.IsCompleted));
        Assert.True(queue.RunNext());
        Assert.False(queue.RunNext());
        Assert.Equal(["aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg", "hhhh"], (await Task.WhenAll(answers)).Select(answer => answer.Label));
        Assert.Single(backend.Runs);
    }

    [Fact]
    public async Task A_text_on_an_idle_queue_runs_alone_and_says_so()
    {
        ClassificationQueue queue = Queue();
        Task<Classification> alone = queue.ClassifyAsync("alone").AsTask();
        Run(queue);
        Assert.Equal("alone", (await alone).Label);
        Assert.Equal(CoreUse.AloneOnOne, backend.Runs[0].Cores);

        // Two of so different a length that they share no batch are not alone, nor is what comes while another runs.
        Task first = queue.ClassifyAsync("a").AsTask();
        Task second = queue.ClassifyAsync(new string('b', 30)).AsTask();
        Task third = Task.CompletedTask;
        backend.Running = _ =>
        {
            backend.Running = null;
            third = queue.ClassifyAsync("c").AsTask();
            queue.RunNext();
        };
        Run(queue);
        await Task.WhenAll(first, second, third);
        Assert.All(backend.Runs.Skip(1).Take(2), run => Assert.Equal(CoreUse.Shared, run.Cores));
    }

    [Fact]
    public async Task Past_the_limit_a_request_is_refused_at_once_with_the_time_to_try_again()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { MaxTokensWaiting = 20 });
        Task first = queue.ClassifyAsync(new string('a', 15)).AsTask();
        QueueFullException full = await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync("bbbbbb").AsTask());
        Assert.Equal(TimeSpan.FromSeconds(1), full.RetryAfter);
        Assert.Contains("15 tokens wait", full.Message);
        Assert.Contains("more than 20", full.Message);

        // 20 tokens in two runs of 0.3 s each: 33 a second, the later one counted a little more.
        backend.Running = _ => time.Advance(TimeSpan.FromSeconds(0.3));
        Task fits = queue.ClassifyAsync("ccccc").AsTask();
        Run(queue);
        await Task.WhenAll(first, fits);
        backend.Running = null;
        _ = queue.ClassifyAsync(new string('a', 16)).AsTask();
        full = await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync("bbbbbb").AsTask());
        double rate = queue.GetStatus().TokensPerSecond!.Value;
        Assert.Equal(16 / rate, full.RetryAfter.TotalSeconds, 0.001);
        Run(queue);
    }

    [Fact]
    public async Task A_list_is_taken_as_a_whole_or_not_at_all()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { MaxTokensWaiting = 20 });
        Task first = queue.ClassifyAsync(new string('a', 15)).AsTask();
        await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync(["b", "cc", "dddd"]));
        Assert.Equal((1, 15), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));

        // What was refused has left nothing behind that others could wait for.
        Task again = queue.ClassifyAsync(["b", "cc", "dd"]);
        Assert.Equal((4, 20), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));
        Run(queue);
        await Task.WhenAll(first, again);
    }

    [Fact]
    public async Task A_list_that_never_fits_is_refused_for_good()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { MaxTokensWaiting = 20, MaxBulkTokensWaiting = 10, MaxTokensWaitingPerClient = 5 });
        foreach ((int tokens, RequestOptions options) in new[]
        {
            (21, RequestOptions.Default),
            (11, new RequestOptions { Priority = RequestPriority.Bulk }),
            (6, new RequestOptions { ClientKey = "a" }),
            (6, new RequestOptions { ClientKey = "a", Priority = RequestPriority.Bulk }),
        })
        {
            TextInput[] texts = [.. Enumerable.Repeat(new TextInput("a"), tokens)];
            ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => queue.ClassifyAsync(texts, options));
            Assert.Contains($"more than {tokens - 1}", refused.Message);
            Task taken = queue.ClassifyAsync(texts[1..], options);
            Run(queue);
            await taken;
        }
    }

    [Fact]
    public async Task A_list_gets_its_results_in_its_order_and_the_times_that_it_took()
    {
        ClassificationQueue queue = Queue();
        string[] texts = [.. Enumerable.Range(1, 30).Select(i => new string((char)('a' + (i * 7 % 26)), i))];
        Task<RequestResult> request = queue.SubmitAsync([.. texts.Select(text => new TextInput(text))]);
        time.Advance(TimeSpan.FromMilliseconds(20));
        backend.Running = _ => time.Advance(TimeSpan.FromMilliseconds(5));
        Run(queue);
        RequestResult result = await request;
        Assert.Equal(texts, result.Classifications.Select(classification => classification.Label));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(20)), (result.TokenizationTime, result.WaitTime));
        Assert.Equal(TimeSpan.FromMilliseconds(5 * backend.Runs.Count), result.RunTime);
        Assert.Empty(await queue.ClassifyAsync([]));
    }

    [Fact]
    public async Task What_cannot_be_done_in_time_is_refused_early()
    {
        ClassificationQueue queue = Queue();
        backend.Running = _ => time.Advance(TimeSpan.FromSeconds(1));
        Task<Classification> first = queue.ClassifyAsync(new string('a', 20)).AsTask();
        Run(queue);
        await first;

        // 20 tokens a second now: 60 take 3 s.
        Assert.Equal(20, queue.GetStatus().TokensPerSecond);
        Task waiting = queue.ClassifyAsync(["bbbbbbbbbbbbbbbbbbbb", "cccccccccccccccccccc"]);
        Assert.Equal(TimeSpan.FromSeconds(2), queue.GetStatus().EstimatedWait);
        DeadlineExceededException late = await Assert.ThrowsAsync<DeadlineExceededException>(
            () => queue.ClassifyAsync(new string('d', 20), new RequestOptions { Timeout = TimeSpan.FromSeconds(2.9) }).AsTask());
        Assert.Equal(TimeSpan.FromSeconds(3), late.EstimatedTime);
        Assert.Contains("2.9 s left", late.Message);
        Task<Classification> inTime = queue.ClassifyAsync(new string('d', 20), new RequestOptions { Timeout = TimeSpan.FromSeconds(3.1) }).AsTask();
        backend.Running = null;
        Run(queue);
        await Task.WhenAll(waiting, inTime);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_has_expired_is_not_run(bool isAbsolute)
    {
        ClassificationQueue queue = Queue();
        RequestOptions soon = isAbsolute
            ? new RequestOptions { Deadline = time.GetUtcNow().AddSeconds(1), Timeout = TimeSpan.FromHours(1) }
            : new RequestOptions { Timeout = TimeSpan.FromSeconds(1), Deadline = time.GetUtcNow().AddHours(1) };
        Task<Classification> late = queue.ClassifyAsync("late", soon).AsTask();
        Task<Classification> other = queue.ClassifyAsync("other").AsTask();
        time.Advance(TimeSpan.FromSeconds(1));
        DeadlineExceededException expired = await Assert.ThrowsAsync<DeadlineExceededException>(() => late);
        Assert.Null(expired.EstimatedTime);
        Run(queue);
        Assert.Equal("other", (await other).Label);
        Assert.Equal(["other"], backend.Runs.Single().Texts);
        await Assert.ThrowsAsync<DeadlineExceededException>(() => queue.ClassifyAsync("x", new RequestOptions { Deadline = time.GetUtcNow().AddSeconds(-1) }).AsTask());
        Assert.False(queue.RunNext());
    }

    [Fact]
    public async Task Who_cancels_costs_nothing_more()
    {
        ClassificationQueue queue = Queue();
        using var source = new CancellationTokenSource();
        Task list = queue.ClassifyAsync(["aa", "bb", "cc"], cancellationToken: source.Token);
        Task<Classification> stays = queue.ClassifyAsync("bb").AsTask();
        Assert.Equal(3, queue.GetStatus().RowsWaiting);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => list);
        Assert.Equal((1, 2), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));
        Run(queue);
        Assert.Equal("bb", (await stays).Label);
        Assert.Equal(["bb"], backend.Runs.Single().Texts);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.ClassifyAsync("dd", source.Token).AsTask());
        Assert.False(queue.RunNext());
    }

    [Fact]
    public async Task A_run_is_stopped_when_the_last_of_its_callers_has_left_and_not_before()
    {
        ClassificationQueue queue = Queue();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<Classification>[] answers = [queue.ClassifyAsync("aa", first.Token).AsTask(), queue.ClassifyAsync("bb", second.Token).AsTask()];
        List<bool> stopped = [];
        backend.Running = run =>
        {
            first.Cancel();
            stopped.Add(run.Stop.IsCancellationRequested);
            second.Cancel();
            stopped.Add(run.Stop.IsCancellationRequested);

            // Who comes for the same text now does not get the run that is being stopped.
            backend.Running = null;
            answers = [.. answers, queue.ClassifyAsync("bb").AsTask()];
            run.Stop.ThrowIfCancellationRequested();
        };
        Run(queue);
        Assert.Equal([false, true], stopped);
        Assert.Equal("bb", (await answers[2]).Label);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers[0]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers[1]);
        Assert.Equal(2, backend.Runs.Count);
    }

    [Fact]
    public void Any_rows_that_cannot_be_run_fail_alone() =>
        Gen.Bool.Array[1, 32].Sample(
            isBad =>
            {
                var fake = new FakeBackend { Planner = new BatchPlanner(new BatchCost(1e9, 1, 0), tokensPerBatch: 1_000) };
                var queue = new ClassificationQueue(fake, new ClassificationQueueOptions { Workers = 1 }, time, startsWorkers: false);
                string[] texts = [.. isBad.Select((bad, i) => $"{i:00}{(bad ? FakeBackend.Poison : '.')}")];
                Task<Classification>[] answers = [.. texts.Select(text => queue.ClassifyAsync(text).AsTask())];
                fake.Running = _ => queue.GetStatus();
                while (queue.RunNext())
                {
                }

                for (int i = 0; i < texts.Length; i++)
                {
                    Task<Classification> answer = answers[i];
                    ((IAsyncResult)answer).AsyncWaitHandle.WaitOne();
                    Assert.Equal(isBad[i], answer.IsFaulted);
                    if (isBad[i])
                    {
                        Assert.IsType<ModelRunException>(answer.Exception!.InnerException);
                    }
                    else
                    {
                        Assert.Equal(texts[i], answer.Result.Label);
                    }
                }

                // Halving a batch of n rows, of which b are bad, takes at most 2 b log n runs beside the first, and no more than 2 n.
                int bad = isBad.Count(bad => bad);
                Assert.InRange(fake.Runs.Count, 1, 1 + Math.Min(2 * isBad.Length, 2 * bad * (int)Math.Ceiling(Math.Log2(Math.Max(2, isBad.Length)))));
            },
            seed: Generators.Seed, iter: 1_000, threads: 1);

    [Fact]
    public async Task A_list_with_a_bad_text_fails_by_its_number_and_is_not_run_on()
    {
        ClassificationQueue queue = Queue();
        Task<IReadOnlyList<Classification>> list = queue.ClassifyAsync(["a", "b!", new string('c', 30), new string('d', 32)]);
        Task<Classification> other = queue.ClassifyAsync("e").AsTask();
        Run(queue);
        ModelRunException failed = await Assert.ThrowsAsync<ModelRunException>(() => list);
        Assert.StartsWith("Text 1 of 4: ", failed.Message, StringComparison.Ordinal);
        Assert.IsType<ModelRunException>(failed.InnerException);
        Assert.Equal("e", (await other).Label);
        Assert.DoesNotContain(backend.Runs, run => run.Texts[0].Length >= 30);
    }

    [Fact]
    public async Task The_same_text_is_run_once_for_all_who_ask_for_it()
    {
        ClassificationQueue queue = Queue();
        using var source = new CancellationTokenSource();
        Task<Classification> leaves = queue.ClassifyAsync("same", source.Token).AsTask();
        Task<Classification>[] stay = [.. Enumerable.Range(0, 5).Select(_ => queue.ClassifyAsync("same").AsTask())];
        Task<IReadOnlyList<Classification>> list = queue.ClassifyAsync(["same", "else", "same"]);
        Assert.Equal((2, 8), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));

        // The first to ask takes nobody's answer away, and who comes while it runs gets it as well.
        await source.CancelAsync();
        backend.Running = _ => stay = [.. stay, queue.ClassifyAsync("same").AsTask()];
        Run(queue);
        Assert.All(await Task.WhenAll(stay), answer => Assert.Equal("same", answer.Label));
        Assert.Equal(["same", "else", "same"], (await list).Select(answer => answer.Label));
        Assert.Equal(6, stay.Length);
        Assert.Equal(["else", "same"], backend.Runs.Single().Texts.Order());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
    }

    [Fact]
    public async Task Where_the_batch_tells_every_text_is_run()
    {
        var dependent = new FakeBackend { SharesRepeatedRows = false };
        var queue = new ClassificationQueue(dependent, new ClassificationQueueOptions(), time, startsWorkers: false);
        Task list = queue.ClassifyAsync(["same", "same", "same"]);
        Run(queue);
        await list;
        Assert.Equal(["same", "same", "same"], dependent.Runs.SelectMany(run => run.Texts));
    }

    [Fact]
    public async Task A_text_in_bulk_that_an_interactive_caller_asks_for_as_well_becomes_interactive()
    {
        ClassificationQueue queue = Queue();
        Task<Classification> bulk = queue.ClassifyAsync("same", new RequestOptions { Priority = RequestPriority.Bulk }).AsTask();
        Assert.Equal(4, queue.GetStatus().BulkTokensWaiting);
        Task<Classification> interactive = queue.ClassifyAsync("same").AsTask();
        Assert.Equal((0, 4), (queue.GetStatus().BulkTokensWaiting, queue.GetStatus().TokensWaiting));
        Run(queue);
        Assert.Same(await bulk, await interactive);
    }

    [Fact]
    public async Task Bulk_leaves_room_for_interactive_requests_and_a_client_for_others()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { MaxTokensWaiting = 40, MaxTokensWaitingPerClient = 20 });
        var bulk = new RequestOptions { Priority = RequestPriority.Bulk };
        Task first = queue.ClassifyAsync(new string('a', 28), bulk).AsTask();
        QueueFullException full = await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync("bbb", bulk).AsTask());
        Assert.Contains("28 tokens wait in bulk", full.Message);
        Task second = queue.ClassifyAsync("bbb").AsTask();
        Run(queue);
        await Task.WhenAll(first, second);

        var client = new RequestOptions { ClientKey = "greedy" };
        Task third = queue.ClassifyAsync(new string('c', 20), client).AsTask();
        full = await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync("d", client).AsTask());
        Assert.Contains("20 tokens of this client wait", full.Message);
        Task fourth = queue.ClassifyAsync("d", new RequestOptions { ClientKey = "modest" }).AsTask();
        Run(queue);
        await Task.WhenAll(third, fourth);
    }

    [Fact]
    public async Task A_long_texts_windows_run_among_others_rows_and_the_last_brings_its_answer()
    {
        ClassificationQueue queue = Queue();
        var greedy = new RequestOptions { ClientKey = "greedy" };
        Task<RequestResult> windows = queue.SubmitAsync(["a", $"{Window('b')}{Window('c')}{Window('d')}ddd", "e"], greedy);
        Task<Classification> other = queue.ClassifyAsync(new string('f', 29)).AsTask();
        Assert.Equal((7, 124), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));

        // A turn is 32 tokens, however many windows a client has; and a row that has run has freed its room.
        Assert.True(queue.RunNext());
        Assert.True(queue.RunNext());
        Assert.Equal(new string('f', 29), (await other).Label);
        Assert.False(windows.IsCompleted);
        Run(queue);
        Assert.Equal(["a", $"{Window('b')}{Window('c')}{Window('d')}ddd", "e"], (await windows).Classifications.Select(answer => answer.Label));
        Assert.Equal(["a", "ddd", "e"], backend.Runs.SelectMany(run => run.Texts).Where(row => row.Length < 29).Order());

        static string Window(char letter) => new string(letter, 29) + FakeBackend.WindowEnd;
    }

    [Fact]
    public async Task A_window_that_comes_again_is_run_once_within_a_text_and_between_requests()
    {
        ClassificationQueue queue = Queue();
        Task<Classification>[] answers = [.. new[] { "aa|bb|aa|cc", "bb|aa|dd", "dd", "aa|aa|aa" }.Select(text => queue.ClassifyAsync(text).AsTask())];
        Assert.Equal((5, 12), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));
        Run(queue);
        Assert.Equal(["aa|bb|aa|cc", "bb|aa|dd", "dd", "aa|aa|aa"], (await Task.WhenAll(answers)).Select(answer => answer.Label));
        Assert.Equal(["aa", "aa|", "bb|", "cc", "dd"], backend.Runs.SelectMany(run => run.Texts).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_bad_window_fails_its_text_and_no_other()
    {
        ClassificationQueue queue = Queue();
        Task<IReadOnlyList<Classification>> list = queue.ClassifyAsync(["a|b", "c", "d|e!|f", "g"]);
        Task<Classification> lone = queue.ClassifyAsync("h|i!").AsTask();
        Task<Classification> other = queue.ClassifyAsync("j|k|l").AsTask();
        Run(queue);
        ModelRunException failed = await Assert.ThrowsAsync<ModelRunException>(() => list);
        Assert.StartsWith("Text 2 of 4: ", failed.Message, StringComparison.Ordinal);
        Assert.Equal("A row of the batch could not be run.", (await Assert.ThrowsAsync<ModelRunException>(() => lone)).Message);
        Assert.Equal("j|k|l", (await other).Label);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_leaves_takes_all_windows_along_that_nobody_else_waits_for(bool cancels)
    {
        ClassificationQueue queue = Queue();
        using var source = new CancellationTokenSource();
        Task<Classification> leaves = queue.ClassifyAsync(
            "aa|bb|cc|dd", new RequestOptions { Timeout = TimeSpan.FromSeconds(5) }, source.Token).AsTask();
        Task<Classification> stays = queue.ClassifyAsync("bb|ee").AsTask();
        Assert.Equal((5, 13), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));
        if (cancels)
        {
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        }
        else
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Assert.ThrowsAsync<DeadlineExceededException>(() => leaves);
        }

        Assert.Equal((2, 5), (queue.GetStatus().RowsWaiting, queue.GetStatus().TokensWaiting));
        Run(queue);
        Assert.Equal("bb|ee", (await stays).Label);
        Assert.Equal(["bb|", "ee"], backend.Runs.SelectMany(run => run.Texts).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_text_whose_windows_never_fit_is_refused_and_no_more_of_them_are_made_than_would_fit()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { MaxTokensWaiting = 20 });
        Task<Classification> fits = queue.ClassifyAsync("aaaa|bbbb|cccc|ddddd").AsTask();
        await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync("eeee|f").AsTask());
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => queue.ClassifyAsync(["e", string.Concat(Enumerable.Repeat("aaaa|", 1_000))]));
        Assert.Contains("The first 2 of 2 texts have at least 21 tokens, and the queue never lets more than 20", refused.Message, StringComparison.Ordinal);
        Run(queue);
        Assert.Equal("aaaa|bbbb|cccc|ddddd", (await fits).Label);
    }

    [Fact]
    public async Task Stopped_it_finishes_what_it_took_and_takes_no_more()
    {
        ClassificationQueue queue = Queue();
        Task<Classification> taken = queue.ClassifyAsync("taken").AsTask();
        Task stop = queue.StopAsync(Timeout.InfiniteTimeSpan);
        await Assert.ThrowsAsync<QueueStoppedException>(() => queue.ClassifyAsync("refused").AsTask());
        Assert.False(stop.IsCompleted);
        Run(queue);
        Assert.Equal("taken", (await taken).Label);
        await stop;
        await queue.DisposeAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => queue.ClassifyAsync("refused").AsTask());
    }

    [Fact]
    public async Task After_the_grace_what_is_left_ends_and_the_run_in_flight_is_stopped()
    {
        ClassificationQueue queue = Queue();
        Task<Classification> runs = queue.ClassifyAsync("runs").AsTask();
        Task<Classification> waits = queue.ClassifyAsync(new string('w', 30)).AsTask();
        Task stop = Task.CompletedTask;
        backend.Running = run =>
        {
            stop = queue.StopAsync(TimeSpan.FromSeconds(5));
            time.Advance(TimeSpan.FromSeconds(5));

            // The grace is over on a thread of the pool.
            run.Stop.WaitHandle.WaitOne();
            run.Stop.ThrowIfCancellationRequested();
        };
        Run(queue);
        await stop;
        await Assert.ThrowsAsync<QueueStoppedException>(() => runs);
        await Assert.ThrowsAsync<QueueStoppedException>(() => waits);
        Assert.Single(backend.Runs);
    }

    [Fact]
    public async Task The_grace_can_be_ended_early()
    {
        ClassificationQueue queue = Queue();
        Task<Classification> waits = queue.ClassifyAsync("waits").AsTask();
        using var source = new CancellationTokenSource();
        Task stop = queue.StopAsync(Timeout.InfiniteTimeSpan, source.Token);
        Assert.False(stop.IsCompleted);
        await source.CancelAsync();
        await stop;
        await Assert.ThrowsAsync<QueueStoppedException>(() => waits);
    }

    [Fact]
    public async Task Nobody_waits_for_ever_whatever_is_thrown()
    {
        foreach (Exception thrown in new Exception[] { new InvalidOperationException(), new OperationCanceledException(), new ObjectDisposedException("model"), new FormatException("ids") })
        {
            backend.Running = _ => throw thrown;
            ClassificationQueue queue = Queue();
            Task<Classification>[] answers = [.. "abc".Select(letter => queue.ClassifyAsync($"{letter}").AsTask())];
            Run(queue);
            foreach (Task<Classification> answer in answers)
            {
                Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => answer);
                Assert.IsType(thrown is ObjectDisposedException ? typeof(ObjectDisposedException) : typeof(ModelRunException), exception);
                Assert.Same(thrown, exception.InnerException);
            }

            Assert.Equal(3, answers.Select(answer => answer.Exception!.InnerException).Distinct().Count());
            await queue.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_batch_tells_for_which_spans_it_ran()
    {
        List<BatchReport> reports = [];
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { BatchCompleted = reports.Add });
        using var first = new Activity("first");
        using var second = new Activity("second");
        first.Start();
        Task list = queue.ClassifyAsync(["aaa", "bbb", "ccc!"]);
        first.Stop();
        second.Start();
        Task shares = queue.ClassifyAsync("aaa").AsTask();
        second.Stop();
        Task untraced = queue.ClassifyAsync("dddd").AsTask();
        backend.Running = _ => time.Advance(TimeSpan.FromSeconds(1));
        DateTimeOffset start = time.GetUtcNow();
        Run(queue);
        await Assert.ThrowsAsync<ModelRunException>(() => list);
        await Task.WhenAll(shares, untraced);

        BatchReport report = reports[0];
        Assert.Equal([first.Context, second.Context], reports.SelectMany(batch => batch.Requests).Distinct().OrderBy(context => context != first.Context));
        Assert.Equal((1L, RequestPriority.Interactive, start, false), (report.Number, report.Priority, report.StartTime, report.IsStopped));
        Assert.Equal((4, 14, 1), (reports.Sum(batch => batch.Rows), reports.Sum(batch => batch.Tokens), reports.Sum(batch => batch.FailedRows)));
        Assert.Equal(TimeSpan.FromSeconds(backend.Runs.Count), reports.Aggregate(TimeSpan.Zero, (sum, batch) => sum + batch.Duration));
    }

    [Fact]
    public void The_status_is_of_one_moment()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions { MaxTokensWaiting = 100 });
        _ = queue.ClassifyAsync("aaaa").AsTask();
        time.Advance(TimeSpan.FromSeconds(1));
        _ = queue.ClassifyAsync("bbbbb", new RequestOptions { Priority = RequestPriority.Bulk, ClientKey = "b" }).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        QueueStatus status = queue.GetStatus();
        Assert.Equal((true, 2, 9, 5, 100, 2), (status.IsAccepting, status.RowsWaiting, status.TokensWaiting, status.BulkTokensWaiting, status.MaxTokensWaiting, status.ClientsWaiting));
        Assert.Equal((TimeSpan.FromSeconds(3), 1, null, null), (status.OldestWait, status.Workers, status.TokensPerSecond, status.EstimatedWait));
        backend.Running = _ => status = queue.GetStatus();
        Assert.True(queue.RunNext());
        Assert.Equal((1, 5, 1, 1, 4), (status.RowsWaiting, status.TokensWaiting, status.BatchesRunning, status.RowsRunning, status.TokensRunning));
        Assert.Equal(TimeSpan.FromSeconds(2), status.OldestWait);
        Run(queue);
    }

    private static void Run(ClassificationQueue queue)
    {
        while (queue.RunNext())
        {
        }
    }

    // One worker, as if the others were busy: what waits is not split among those that are free.
    private ClassificationQueue Queue(ClassificationQueueOptions? options = null) =>
        new(backend, (options ?? new ClassificationQueueOptions()) with { Workers = 1 }, time, startsWorkers: false);
}
