using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>The host stops: what was taken is answered, or told that it will not be, and nothing is left behind.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Under_load_every_caller_gets_an_answer_or_is_told_that_it_stopped()
    {
        string[] texts = TestHost.Texts(40);
        Dictionary<string, float[]> expected = TestHost.Expected(TestHost.OneLabel, texts);
        using IHost host = TestHost.Create();
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        using var underWay = new CountdownEvent(8);
        Task<int>[] callers = [.. Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (int answers = 0; ; answers++)
            {
                string text = texts[(caller + answers) % texts.Length];
                try
                {
                    Assert.Equal(expected[text], (await classifier.ClassifyAsync(text)).Logits.ToArray());
                }
                catch (QueueStoppedException)
                {
                    return answers;
                }

                if (answers == 3)
                {
                    underWay.Signal();
                }
            }
        }))];
        Assert.True(underWay.Wait(TestHost.Patience));
        await host.StopAsync();
        int[] answered = await Task.WhenAll(callers).WaitAsync(TestHost.Patience);
        Assert.All(answered, answers => Assert.True(answers > 3));
        Assert.Equal(HostedClassifierState.Stopped, classifier.State);
        QueueStoppedException exception = await Assert.ThrowsAsync<QueueStoppedException>(async () => await classifier.ClassifyAsync("a"));
        Assert.Contains("has stopped", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_taken_is_answered_before_the_stop_ends()
    {
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(worker.Configure);
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        SequenceClassifier model = classifier.Classifier;
        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);
        Task<Classification> waiting = classifier.ClassifyAsync("waits").AsTask();
        Task stop = host.StopAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => RefusedAsync(classifier));
        Assert.False(stop.IsCompleted);
        hold.Dispose();
        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["waits"])["waits"], (await waiting).Logits.ToArray());
        await stop;
        Assert.Throws<ObjectDisposedException>(() => model.Classify("a"));
    }

    [Fact]
    public async Task What_is_left_after_the_grace_is_cancelled()
    {
        var time = new FakeTimeProvider();
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(
            options =>
            {
                worker.Configure(options);
                options.ShutdownGrace = TimeSpan.FromSeconds(5);
            },
            services => services.AddSingleton<TimeProvider>(time));
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        using HeldWorker.Hold oldHold = await worker.HoldAsync(classifier);
        Task<Classification> old = classifier.ClassifyAsync("waits for the old model").AsTask();
        await classifier.ReloadAsync(Repository.Contract(TestHost.Regression));
        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);
        Task<Classification> current = classifier.ClassifyAsync("waits").AsTask();
        Task stop = classifier.StopAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => RefusedAsync(classifier));
        Assert.False(old.IsCompleted || current.IsCompleted);

        // The timers are set by whoever stops, some time after it began.
        while (!(old.IsCompleted && current.IsCompleted))
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<QueueStoppedException>(() => old);
        await Assert.ThrowsAsync<QueueStoppedException>(() => current);
        oldHold.Dispose();
        hold.Dispose();
        await stop.WaitAsync(TestHost.Patience);
    }

    [Fact]
    public async Task Whoever_waits_for_the_stop_can_end_the_grace()
    {
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(options =>
        {
            worker.Configure(options);
            options.ShutdownGrace = Timeout.InfiniteTimeSpan;
        });
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);
        Task<Classification> waiting = classifier.ClassifyAsync("waits").AsTask();
        Task patient = classifier.StopAsync();
        Assert.False(patient.IsCompleted);
        Task hurried = classifier.StopAsync(new CancellationToken(canceled: true));
        await Assert.ThrowsAsync<QueueStoppedException>(() => waiting);
        hold.Dispose();
        await Task.WhenAll(patient, hurried).WaitAsync(TestHost.Patience);
    }

    [Fact]
    public async Task A_reload_under_way_ends_with_the_host()
    {
        using var loading = new SemaphoreSlim(0);
        using var finish = new ManualResetEventSlim(initialState: true);
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options => options.Load = (_, settings) =>
        {
            loading.Release();
            finish.Wait();
            return SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel), settings);
        }));
        await host.StartAsync();
        await loading.WaitAsync();
        finish.Reset();
        HostedClassifier classifier = host.Classifier();
        Task reload = classifier.ReloadAsync();
        await loading.WaitAsync();
        Task stop = host.StopAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => reload);
        Assert.False(stop.IsCompleted);
        finish.Set();
        await stop;
        await Assert.ThrowsAsync<QueueStoppedException>(() => classifier.ReloadAsync());
        await Assert.ThrowsAsync<QueueStoppedException>(() => classifier.LoadAsync());
    }

    [Fact]
    public async Task The_services_stop_it_when_they_are_disposed_of_and_it_need_not_have_started()
    {
        var services = new ServiceCollection();
        services.AddSequenceClassifier("one", options => options.ModelFolder = Repository.Contract(TestHost.OneLabel));
        services.AddSequenceClassifier("two", options => options.ModelFolder = Repository.Contract(TestHost.OneLabel));
        ServiceProvider provider = services.BuildServiceProvider();
        HostedClassifier one = provider.GetRequiredKeyedService<HostedClassifier>("one");
        HostedClassifier two = provider.GetRequiredKeyedService<HostedClassifier>("two");
        Assert.Same(one, provider.GetRequiredKeyedService<ISequenceClassifier>("one"));
        await one.LoadAsync();
        SequenceClassifier model = one.Classifier;
        provider.Dispose();
        Assert.Equal((HostedClassifierState.Stopped, HostedClassifierState.Stopped), (one.State, two.State));
        Assert.Throws<ObjectDisposedException>(() => model.Classify("a"));
        await one.DisposeAsync();
        await two.StopAsync();
    }

    // The stop begins a moment after it was asked for.
    private static async Task RefusedAsync(HostedClassifier classifier)
    {
        while (true)
        {
            await classifier.SubmitAsync([], options: null);
            await Task.Yield();
        }
    }
}
