using Batching.Inference;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Work is offered to the thread pool, and whoever offers it waits for no thread of it.</summary>
public sealed class PoolWorkTests
{
    [Fact]
    public async Task What_has_begun_is_waited_for()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = new PoolWork(() =>
        {
            begun.SetResult();
            return end.Task;
        });
        work.Offer();
        await begun.Task;
        Task withdrawn = work.Withdraw();
        Assert.False(withdrawn.IsCompleted);
        end.SetResult();
        await withdrawn;
    }

    [Fact]
    public async Task What_comes_after_the_end_does_nothing_and_is_not_waited_for()
    {
        int times = 0;
        var work = new PoolWork(() => Task.FromResult(Interlocked.Increment(ref times)));
        Assert.True(work.Withdraw().IsCompleted);
        work.Offer();
        await Task.Run(() => Assert.True(work.Withdraw().IsCompleted), TestContext.Current.CancellationToken);
        Assert.Equal(0, times);
    }

    [Fact]
    public async Task Once_withdrawn_none_is_at_work_however_many_came()
    {
        for (int round = 0; round < 200; round++)
        {
            int working = 0;
            var work = new PoolWork(async () =>
            {
                Interlocked.Increment(ref working);
                await Task.Yield();
                Interlocked.Decrement(ref working);
            });
            for (int offer = 0; offer < 8; offer++)
            {
                work.Offer();
            }

            await work.Withdraw();
            Assert.Equal(0, Volatile.Read(ref working));
        }
    }

    [Fact]
    public async Task What_fails_has_ended()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = new PoolWork(async () =>
        {
            begun.SetResult();
            await Task.Yield();
            throw new InvalidOperationException("It fails.");
        });
        work.Offer();
        await begun.Task;
        await work.Withdraw();
    }
}
