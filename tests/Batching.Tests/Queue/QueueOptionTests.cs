using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>What is out of its range is refused by a sentence that names it.</summary>
public sealed class QueueOptionTests
{
    private static readonly ClassificationQueueOptions Good = new();

    public static TheoryData<ClassificationQueueOptions, string> BadOptions { get; } = new()
    {
        { Good with { MaxTokensWaiting = 0 }, "MaxTokensWaiting is 0; it has to be at least 1." },
        { Good with { MaxTokensWaiting = int.MinValue }, "MaxTokensWaiting is -2147483648; it has to be at least 1." },
        { Good with { MaxBulkTokensWaiting = 0 }, "MaxBulkTokensWaiting is 0; it has to be at least 1." },
        { Good with { MaxTokensWaiting = 10, MaxBulkTokensWaiting = 11 }, "MaxBulkTokensWaiting is 11, more than the 10 of MaxTokensWaiting" },
        { Good with { MaxTokensWaitingPerClient = -1 }, "MaxTokensWaitingPerClient is -1; it has to be at least 1." },
        { Good with { Workers = 0 }, "Workers is 0; it has to be at least 1." },
        { Good with { BulkShare = 0 }, "BulkShare is 0; it has to be from 0.01 to 0.99" },
        { Good with { BulkShare = 1 }, "BulkShare is 1; it has to be from 0.01 to 0.99" },
        { Good with { BulkShare = double.NaN }, "BulkShare is NaN; it has to be from 0.01 to 0.99" },
        { Good with { ShutdownGrace = TimeSpan.FromMilliseconds(-2) }, "ShutdownGrace is -00:00:00.0020000; it has to be at least zero." },
        { Good with { RequestDefaults = null! }, "RequestDefaults is null. Use RequestOptions.Default." },
        { Good with { RequestDefaults = new RequestOptions { Deadline = DateTimeOffset.UnixEpoch } }, "which would end every request at one time" },
        { Good with { RequestDefaults = new RequestOptions { Timeout = TimeSpan.Zero } }, "Timeout is 00:00:00; it has to be above zero." },
        { Good with { RequestDefaults = new RequestOptions { Priority = (RequestPriority)2 } }, "Priority is 2; it has to be Interactive or Bulk." },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void A_queue_is_not_made_with_a_bad_option(ClassificationQueueOptions options, string message)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Queue(options));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(options.Validate);
    }

    [Fact]
    public void A_queue_needs_a_classifier() =>
        Assert.Throws<ArgumentNullException>("classifier", () => new ClassificationQueue(null!));

    [Fact]
    public async Task Options_at_the_edge_are_taken()
    {
        ClassificationQueue queue = Queue(new ClassificationQueueOptions
        {
            MaxTokensWaiting = 1,
            MaxBulkTokensWaiting = 1,
            MaxTokensWaitingPerClient = 1,
            Workers = 1,
            BulkShare = 0.99,
            ShutdownGrace = TimeSpan.Zero,
            RequestDefaults = new RequestOptions { Timeout = TimeSpan.MaxValue, ClientKey = "" },
        });
        Task<Classification> answer = queue.ClassifyAsync("a").AsTask();
        Assert.True(queue.RunNext());
        Assert.Equal("a", (await answer).Label);
        await queue.StopAsync(TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_bad_request_is_refused_and_leaves_nothing_behind()
    {
        ClassificationQueue queue = Queue(Good);
        await Throws<ArgumentException>("Priority is 7", () => Ask("a", new RequestOptions { Priority = (RequestPriority)7 }));
        await Throws<ArgumentException>("Timeout is -00:00:01", () => Ask("a", new RequestOptions { Timeout = TimeSpan.FromSeconds(-1) }));
        await Throws<ArgumentException>("no text", () => queue.ClassifyAsync(default(TextInput)).AsTask());
        await Throws<ArgumentException>("no token", () => queue.ClassifyAsync("").AsTask());
        await Throws<ArgumentException>("Text 1 of 2: ", () => queue.ClassifyAsync(["a", default]));
        await Throws<ArgumentNullException>("inputs", () => queue.ClassifyAsync((IReadOnlyList<TextInput>)null!));
        await Throws<ArgumentNullException>("inputs", () => queue.SubmitAsync(null!));
        Assert.Throws<ArgumentException>(() => { _ = queue.StopAsync(TimeSpan.FromSeconds(-3)); });
        Assert.Equal((0, true), (queue.GetStatus().RowsWaiting, queue.GetStatus().IsAccepting));
        Assert.False(queue.RunNext());

        Task Ask(string text, RequestOptions options) => queue.ClassifyAsync(text, options).AsTask();

        static async Task Throws<T>(string message, Func<Task> call)
            where T : Exception =>
            Assert.Contains(message, (await Assert.ThrowsAsync<T>(call)).Message, StringComparison.Ordinal);
    }

    private static ClassificationQueue Queue(ClassificationQueueOptions options) =>
        new(new FakeBackend(), options, new FakeTimeProvider(), startsWorkers: false);
}
