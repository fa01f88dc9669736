using Batching.Tests;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>A model with the queue before it, from its first request to its last.</summary>
public sealed class ServingModelTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly Watch watch = new();
    private readonly List<BatchReport> batches = [];
    private readonly ServingModel model;

    public ServingModelTests() => model = new ServingModel(
        SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel)), folder: "somewhere", new ClassificationQueueOptions(), batches.Add, time, watch);

    [Fact]
    public void Time_without_progress_begins_with_the_first_request_after_a_while()
    {
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, model.TimeWithoutProgress);
        Assert.True(model.TryEnter());
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(model.TryEnter());
        Assert.Equal(TimeSpan.FromSeconds(3), model.TimeWithoutProgress);
        model.Leave();
        model.Leave();
        Assert.Equal(TimeSpan.Zero, model.TimeWithoutProgress);
    }

    [Fact]
    public async Task A_retired_model_lets_nobody_in_and_is_idle_after_its_last_request()
    {
        Assert.True(model.TryEnter());
        Assert.True(model.TryEnter());
        Task idle = model.RetireAsync();
        Assert.True(watch.IsDisposed);
        Assert.False(model.TryEnter());
        model.Leave();
        Assert.False(idle.IsCompleted);
        model.Leave();
        await idle;
    }

    [Fact]
    public async Task A_model_without_requests_is_idle_at_once() => await model.RetireAsync();

    [Fact]
    public async Task Warming_up_runs_batches_of_several_lengths_and_tells_of_each()
    {
        await model.WarmUpAsync(TestContext.Current.CancellationToken);
        Assert.True(batches.Count >= 4);
        Assert.True(batches.Select(batch => batch.Tokens / batch.Rows).Distinct().Count() >= 3);
        Assert.Equal((time.GetUtcNow(), "somewhere"), (model.LoadedAt, model.Folder));
    }

    [Fact]
    public async Task A_stopped_model_is_freed_and_its_queue_takes_nothing()
    {
        await model.StopAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.True(watch.IsDisposed);
        await Assert.ThrowsAsync<QueueStoppedException>(() => model.Queue.ClassifyAsync("a text", cancellationToken: TestContext.Current.CancellationToken).AsTask());
        Assert.Throws<ObjectDisposedException>(() => model.Classifier.Classify("a text", TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync() => await model.StopAsync(TimeSpan.Zero, CancellationToken.None);

    private sealed class Watch : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
