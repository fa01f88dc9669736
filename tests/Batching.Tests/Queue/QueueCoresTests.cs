using Batching.Inference;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>A queue with little to do gives all cores to one batch after the other; one with more runs batches side by side.</summary>
public sealed class QueueCoresTests : IAsyncDisposable
{
    private const int ManyRequests = 200;

    private readonly FakeBackend backend = new() { IsFasterOnAllCores = true };
    private readonly ClassificationQueue queue;

    public QueueCoresTests() => queue = new ClassificationQueue(backend, new ClassificationQueueOptions(), new FakeTimeProvider(), startsWorkers: false);

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    [Fact]
    public async Task Little_that_comes_while_a_text_has_all_cores_runs_after_it_and_has_them_too()
    {
        Task first = Ask("first");
        Task second = Task.CompletedTask;
        Task third = Task.CompletedTask;
        WhileNextRuns(() =>
        {
            second = Ask("second");
            third = Ask("the third is longer");
            Assert.False(queue.RunNext());
        });
        RunAll();
        await Task.WhenAll(first, second, third);
        Assert.Equal(["first", "second", "the third is longer"], backend.Runs.SelectMany(run => run.Texts));
        Assert.All(backend.Runs, run => Assert.Equal(CoreUse.All, run.Cores));
    }

    [Fact]
    public async Task More_than_little_does_not_wait_for_it()
    {
        Task first = Ask("first");
        Task second = Task.CompletedTask;
        WhileNextRuns(() =>
        {
            second = Ask(new string('s', 65));
            Assert.True(queue.RunNext());
        });
        RunAll();
        await Task.WhenAll(first, second);
        Assert.Equal([CoreUse.All, CoreUse.Shared], backend.Runs.Select(run => run.Cores));
    }

    [Fact]
    public async Task Nothing_waits_for_a_long_text_that_has_all_cores()
    {
        Task first = Ask(new string('f', 65));
        Task second = Task.CompletedTask;
        WhileNextRuns(() =>
        {
            second = Ask("second");
            Assert.True(queue.RunNext());
        });
        RunAll();
        await Task.WhenAll(first, second);
        Assert.Equal([CoreUse.All, CoreUse.Shared], backend.Runs.Select(run => run.Cores));
    }

    [Fact]
    public async Task Where_texts_seldom_come_alone_none_has_all_cores_until_they_do_again()
    {
        for (int i = 0; i < ManyRequests; i++)
        {
            Task[] together = [Ask($"a{i}"), Ask($"b{i}"), Ask($"c{i}")];
            RunAll();
            await Task.WhenAll(together);
        }

        Task alone = Ask("alone");
        RunAll();
        await alone;
        Assert.Equal(CoreUse.Shared, backend.Runs[^1].Cores);
        for (int i = 0; i < ManyRequests; i++)
        {
            alone = Ask($"alone {i}");
            RunAll();
            await alone;
        }

        Assert.Equal(CoreUse.All, backend.Runs[^1].Cores);
    }

    private Task<Classification> Ask(string text) => queue.ClassifyAsync(text).AsTask();

    private void WhileNextRuns(Action action) => backend.Running = _ =>
    {
        backend.Running = null;
        action();
    };

    private void RunAll()
    {
        while (queue.RunNext())
        {
        }
    }
}
