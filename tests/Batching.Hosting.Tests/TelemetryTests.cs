using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>What listeners learn, and that nothing is told where there is none.</summary>
[Collection<ListensAlone>]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_tell_of_requests_queues_and_batches_by_the_models_name()
    {
        using var metrics = new MetricRecorder();
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier("sst2", options =>
        {
            options.ModelFolder = Repository.Contract(TestHost.OneLabel);
            options.MaxTokensWaiting = 20;
            options.WarmUp = false;
            worker.Configure(options);
        }));
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier("sst2");
        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);
        Task<Classification> waiting = classifier.ClassifyAsync("1 2 3 4 5").AsTask();
        metrics.Observe();
        Assert.Equal(1, metrics.Of("batching.queue.rows").Single());
        Assert.InRange(metrics.Of("batching.queue.tokens").Single(), 7, 20);
        await Assert.ThrowsAsync<QueueFullException>(async () => await classifier.ClassifyAsync("1 2 3 4 5 6 7 8 9 10 11 12 13 14"));
        hold.Dispose();
        await waiting;
        await classifier.ReloadAsync();
        await Assert.ThrowsAsync<ModelLoadException>(() => classifier.ReloadAsync("missing"));
        await host.StopAsync();

        Assert.Equal(3, metrics.Of("batching.request.duration").Count());
        Assert.Single(metrics.Of("batching.request.duration", "error.type", typeof(QueueFullException).FullName!));
        Assert.Single(metrics.Of("batching.queue.rejections", "batching.rejection.reason", "full"));
        Assert.Equal(2, metrics.Of("batching.queue.wait.duration").Count());

        // The invariance probe runs batches of its own, some of them padded.
        Assert.Contains(1, metrics.Of("batching.batch.size"));
        Assert.Contains(0, metrics.Of("batching.batch.padding_ratio"));
        Assert.All(metrics.Of("batching.batch.padding_ratio"), ratio => Assert.InRange(ratio, 0, 0.99));
        Assert.All(metrics.Of("batching.run.duration"), seconds => Assert.True(seconds > 0));
        Assert.All(metrics.Of("batching.batch.tokens", "batching.token.type", "text"), tokens => Assert.True(tokens > 0));
        Assert.Equal(2, metrics.Of("batching.model.reloads").Count());
        Assert.Single(metrics.Of("batching.model.reloads", "error.type", typeof(ModelLoadException).FullName!));
    }

    [Fact]
    public async Task A_request_has_a_span_and_the_span_of_its_batch_links_to_it()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Batching" or "App",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var app = new ActivitySource("App");
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier("sst2", options =>
        {
            options.ModelFolder = Repository.Contract(TestHost.OneLabel);
            options.WarmUp = false;
        }));
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier("sst2");
        Activity? outer = app.StartActivity("call");
        Assert.NotNull(outer);
        await classifier.ClassifyAsync("a b c");
        Assert.Same(outer, Activity.Current);
        await Assert.ThrowsAsync<ArgumentException>(async () => await classifier.ClassifyAsync(default(TextInput)));
        outer.Dispose();
        await host.StopAsync();

        Activity[] requests = [.. spans.Where(span => span.OperationName == "classify sst2")];
        Assert.Equal(2, requests.Length);
        Assert.All(requests, request => Assert.Equal(outer.SpanId, request.ParentSpanId));
        Assert.All(requests, request => Assert.Equal("sst2", request.GetTagItem("batching.model")));
        Assert.True((double)requests[0].GetTagItem("batching.request.run_time")! > 0);
        Assert.Equal(ActivityStatusCode.Unset, requests[0].Status);
        Assert.Equal((ActivityStatusCode.Error, typeof(ArgumentException).FullName), (requests[1].Status, requests[1].GetTagItem("error.type")));

        Activity batch = spans.Single(span => span.OperationName == "batch sst2");
        Assert.Equal(requests[0].Context, Assert.Single(batch.Links).Context);
        Assert.Equal(default, batch.ParentSpanId);
        Assert.NotEqual(outer.TraceId, batch.TraceId);
        Assert.Equal(1, batch.GetTagItem("batching.batch.size"));
        Assert.True(batch.Duration > TimeSpan.Zero);
        Assert.True(batch.StartTimeUtc >= requests[0].StartTimeUtc);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_is_measured_and_no_span_is_made()
    {
        Activity? current = null;
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options =>
        {
            options.ModelFolder = Repository.Contract(TestHost.OneLabel);
            options.ConfigureQueue = queue => queue with
            {
                BatchCompleted = batch =>
                {
                    current = Activity.Current;
                    Assert.Empty(batch.Requests);
                },
            };
        }));
        await host.StartAsync();
        Assert.False(host.Services.GetRequiredService<HostingTelemetry>().IsListenedTo);
        Assert.Null(HostingTelemetry.StartRequest(host.Classifier(), texts: 1));
        await host.Classifier().ClassifyAsync("a");
        Assert.Null(current);
    }

    [Fact]
    public async Task Instruments_belong_to_the_meter_factory_of_their_host()
    {
        using IHost host = TestHost.Create();
        using IHost other = TestHost.Create();
        await host.StartAsync();
        await other.StartAsync();
        Meter meter = host.Services.GetRequiredService<IMeterFactory>().Create(new MeterOptions("Batching"));
        int measured = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measured++);
        listener.Start();
        await host.Classifier().ClassifyAsync("a");
        await other.Classifier().ClassifyAsync("a");
        Assert.Equal(1, measured);
    }

    /// <summary>Keeps what the meter <c>Batching</c> says of the model <c>sst2</c>.</summary>
    private sealed class MetricRecorder : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> measurements = [];

        public MetricRecorder()
        {
            listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Batching")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            listener.Start();
        }

        public void Observe() => listener.RecordObservableInstruments();

        public IEnumerable<double> Of(string name) =>
            measurements.Where(measurement => measurement.Name == name).Select(measurement => measurement.Value);

        public IEnumerable<double> Of(string name, string tag, string value) => measurements
            .Where(measurement => measurement.Name == name && measurement.Tags.Contains(KeyValuePair.Create(tag, (object?)value)))
            .Select(measurement => measurement.Value);

        public void Dispose() => listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            KeyValuePair<string, object?>[] all = tags.ToArray();
            if (all.Contains(KeyValuePair.Create("batching.model", (object?)"sst2")))
            {
                measurements.Enqueue((instrument.Name, value, all));
            }
        }
    }
}
