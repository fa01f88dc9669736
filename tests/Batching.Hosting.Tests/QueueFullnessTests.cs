using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>When a hosted classifier says that it is full: by state and a clock, without a queue.</summary>
public sealed class QueueFullnessTests
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_refusal_by_a_full_queue_counts_until_the_time_to_try_again()
    {
        var fullness = new QueueFullness(time);
        Assert.False(fullness.IsRefusing);
        fullness.NoteRefusal(Waiting(750), options: null, new QueueFullException("full", RetryAfter));
        Assert.True(fullness.IsRefusing);
        time.Advance(RetryAfter - TimeSpan.FromTicks(1));
        Assert.True(fullness.IsRefusing);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(fullness.IsRefusing);
    }

    [Theory]
    [InlineData(749, RequestPriority.Interactive)]
    [InlineData(1000, RequestPriority.Bulk)]
    public void A_refusal_while_there_is_room_for_others_does_not(int tokensWaiting, RequestPriority priority)
    {
        var fullness = new QueueFullness(time);
        fullness.NoteRefusal(Waiting(tokensWaiting), new RequestOptions { Priority = priority }, new QueueFullException("full", RetryAfter));
        Assert.False(fullness.IsRefusing);
    }

    private static QueueStatus Waiting(int tokens) => new()
    {
        IsAccepting = true,
        RowsWaiting = 1,
        TokensWaiting = tokens,
        BulkTokensWaiting = 0,
        MaxTokensWaiting = 1000,
        ClientsWaiting = 1,
        OldestWait = TimeSpan.Zero,
        BatchesRunning = 0,
        RowsRunning = 0,
        TokensRunning = 0,
        Workers = 2,
        TokensPerSecond = 0,
    };
}
