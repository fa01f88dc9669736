using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>What load balancers and orchestrators are told.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task It_is_ready_from_the_end_of_the_start_to_the_beginning_of_the_stop()
    {
        using IHost host = TestHost.Create(_ => { }, services => services.AddHealthChecks().AddSequenceClassifier());
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Unhealthy, loaded: HealthStatus.Unhealthy);
        Assert.Contains("NotLoaded", (await host.CheckAsync("ready")).Description, StringComparison.Ordinal);
        await host.StartAsync();
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Healthy, loaded: HealthStatus.Healthy);
        host.Classifier().AnnounceStop();
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Unhealthy, loaded: HealthStatus.Healthy);
        await host.StopAsync();
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Unhealthy, loaded: HealthStatus.Unhealthy);
        Assert.Contains("Stopped", (await host.CheckAsync("ready")).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checks_are_named_after_their_model_and_give_its_figures()
    {
        using IHost host = TestHost.Create(services =>
        {
            services.AddSequenceClassifier("one", options => options.ModelFolder = Batching.Tests.Repository.Contract(TestHost.OneLabel));
            services.AddSequenceClassifier(options => options.ModelFolder = Batching.Tests.Repository.Contract(TestHost.Regression));
            services.AddHealthChecks().AddSequenceClassifier("one").AddSequenceClassifier();
        });
        await host.StartAsync();
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(
            ["classifier-live", "classifier-loaded", "classifier-ready", "one-live", "one-loaded", "one-ready"],
            report.Entries.Keys.Order(StringComparer.Ordinal));
        IReadOnlyDictionary<string, object> data = report.Entries["one-ready"].Data;
        Assert.Equal("one", data["model"]);
        Assert.Equal("Ready", data["state"]);
        Assert.Equal(0, data["tokensWaiting"]);
        Assert.Equal(65_536, data["maxTokensWaiting"]);
        Assert.True((double)data["tokensPerSecond"] > 0);
        Assert.Equal(Batching.Tests.Repository.Contract(TestHost.OneLabel), data["folder"]);
    }

    [Fact]
    public async Task It_is_alive_while_batches_come_to_their_end_and_not_where_none_does_for_too_long()
    {
        var time = new FakeTimeProvider();
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(worker.Configure, services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddHealthChecks().AddSequenceClassifier();
        });
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();

        // Nothing to do is no lack of progress.
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);

        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);
        time.Advance(TimeSpan.FromHours(1));
        Task<Classification> waiting = classifier.ClassifyAsync("waits").AsTask();
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        HealthReportEntry stalled = await host.CheckAsync("live");
        Assert.Equal(HealthStatus.Unhealthy, stalled.Status);
        Assert.Contains("for 31 s", stalled.Description, StringComparison.Ordinal);
        Assert.Contains("allows 30 s", stalled.Description, StringComparison.Ordinal);

        hold.Dispose();
        await waiting;
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);
    }

    [Fact]
    public async Task It_is_degraded_while_the_queue_refuses_texts()
    {
        var time = new FakeTimeProvider();
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(
            options =>
            {
                worker.Configure(options);
                options.MaxTokensWaiting = 120;
            },
            services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddHealthChecks().AddSequenceClassifier();
            });
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);

        // One that is too long for the room there is says nothing of others.
        Task<Classification> first = classifier.ClassifyAsync(string.Join(' ', Enumerable.Repeat("1", 70))).AsTask();
        await Assert.ThrowsAsync<QueueFullException>(async () => await classifier.ClassifyAsync(string.Join(' ', Enumerable.Repeat("2", 70))));
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("ready")).Status);

        var waiting = new List<Task> { first };
        QueueFullException? exception = null;
        for (int i = 0; exception is null; i++)
        {
            Task next = classifier.ClassifyAsync($"{i}").AsTask();
            if (next.IsFaulted)
            {
                exception = await Assert.ThrowsAsync<QueueFullException>(() => next);
            }
            else
            {
                waiting.Add(next);
            }
        }

        HealthReportEntry refusing = await host.CheckAsync("ready");
        Assert.Equal(HealthStatus.Degraded, refusing.Status);
        Assert.True((int)refusing.Data["tokensWaiting"] > 0);
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("live")).Status);

        hold.Dispose();
        await Task.WhenAll(waiting);
        time.Advance(exception.RetryAfter + TimeSpan.FromSeconds(1));
        Assert.Equal(HealthStatus.Healthy, (await host.CheckAsync("ready")).Status);
    }

    private static async Task AssertAsync(IHost host, HealthStatus live, HealthStatus ready, HealthStatus loaded)
    {
        Assert.Equal(live, (await host.CheckAsync("live")).Status);
        Assert.Equal(ready, (await host.CheckAsync("ready")).Status);
        Assert.Equal(loaded, (await host.CheckAsync("loaded")).Status);
    }
}
