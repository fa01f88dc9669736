using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>Who listens to the meter learns what waits, for how long, and what became of it.</summary>
public sealed class QueueMetricsTests
{
    [Fact]
    public async Task A_queue_reports_what_waits_and_what_became_of_it()
    {
        var time = new FakeTimeProvider();
        var backend = new FakeBackend { Name = Guid.NewGuid().ToString() };
        var reported = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Batching")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        var queue = new ClassificationQueue(backend, new ClassificationQueueOptions { MaxTokensWaiting = 20 }, time, startsWorkers: false);
        Task<Classification> first = queue.ClassifyAsync("aaaa").AsTask();
        Task<Classification> same = queue.ClassifyAsync("aaaa").AsTask();
        Task<Classification> bad = queue.ClassifyAsync(new string('b', 14) + FakeBackend.Poison).AsTask();
        await Assert.ThrowsAsync<QueueFullException>(() => queue.ClassifyAsync("cc").AsTask());
        time.Advance(TimeSpan.FromSeconds(2));
        listener.RecordObservableInstruments();
        Assert.Equal((2, 19, 0), (reported["batching.queue.rows"], reported["batching.queue.tokens"], reported["batching.queue.running_batches"]));
        while (queue.RunNext())
        {
        }

        await Task.WhenAll(first, same);
        await Assert.ThrowsAsync<ModelRunException>(() => bad);
        await queue.DisposeAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => queue.ClassifyAsync("dd").AsTask());
        Assert.Equal(4, reported["batching.queue.wait.duration interactive"]);
        Assert.Equal(1, reported["batching.queue.shared_rows"]);
        Assert.Equal((1, 1), (reported["batching.queue.rejections full"], reported["batching.queue.rejections stopped"]));
        Assert.Equal((2, 1), (reported["batching.queue.requests answered"], reported["batching.queue.requests failed"]));

        // A queue that has stopped is not told of any more.
        reported.Clear();
        listener.RecordObservableInstruments();
        Assert.Empty(reported);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            KeyValuePair<string, object?>[] all = tags.ToArray();

            // Other tests run at the same time.
            if (backend.Name.Equals(all.Single(tag => tag.Key == "batching.model").Value))
            {
                string others = string.Concat(all.Where(tag => tag.Key != "batching.model").Select(tag => $" {tag.Value}"));
                reported.AddOrUpdate(instrument.Name + others, value, (_, sum) => sum + value);
            }
        }
    }
}
