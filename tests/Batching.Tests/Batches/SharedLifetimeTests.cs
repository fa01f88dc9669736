using Batching.Batches;
using Xunit;

namespace Batching.Tests.Batches;

/// <summary>A resource lives until it was disposed of and its last user has left.</summary>
public sealed class SharedLifetimeTests
{
    [Fact]
    public void The_last_to_leave_releases_once()
    {
        int released = 0;
        var lifetime = new SharedLifetime(typeof(SharedLifetimeTests), () => released++);
        SharedLifetime.Lease first = lifetime.Enter();
        SharedLifetime.Lease second = lifetime.Enter();
        lifetime.Dispose();
        lifetime.Dispose();
        Assert.Equal(0, released);
        Assert.Throws<ObjectDisposedException>(() => lifetime.Enter());
        first.Dispose();
        Assert.Equal(0, released);
        second.Dispose();
        Assert.Equal(1, released);
    }

    [Fact]
    public void Users_may_come_and_go_until_it_is_disposed()
    {
        int released = 0;
        var lifetime = new SharedLifetime(typeof(SharedLifetimeTests), () => Interlocked.Increment(ref released));
        Parallel.For(0, 10_000, _ =>
        {
            using SharedLifetime.Lease lease = lifetime.Enter();
            Assert.Equal(0, released);
        });
        Assert.Equal(0, released);
        lifetime.Dispose();
        Assert.Equal(1, released);
    }
}
