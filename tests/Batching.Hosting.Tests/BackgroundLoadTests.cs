using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>The host starts at once, the model is loaded meanwhile, and whatever becomes of that is told.</summary>
public sealed class BackgroundLoadTests
{
    [Fact]
    public async Task The_host_has_started_before_the_model_is_loaded_and_is_ready_when_it_is()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure, services => services.AddHealthChecks().AddSequenceClassifier());
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        Assert.Equal(HostedClassifierState.Loading, classifier.State);
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Unhealthy, loaded: HealthStatus.Unhealthy);
        Assert.Contains("Loading", (await host.CheckAsync("ready")).Description, StringComparison.Ordinal);
        await load.Began;
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Unhealthy, loaded: HealthStatus.Unhealthy);

        load.Finish();
        await classifier.LoadAsync();
        Assert.Equal(HostedClassifierState.Ready, classifier.State);
        await AssertAsync(host, live: HealthStatus.Healthy, ready: HealthStatus.Healthy, loaded: HealthStatus.Healthy);
        Assert.Same(load.Classifier, classifier.Classifier);
        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["a b"])["a b"], (await classifier.ClassifyAsync("a b")).Logits.ToArray());
        Assert.Contains("is ready", await host.Log().FirstAsync("Loaded"), StringComparison.Ordinal);
        await host.StopAsync();
        Assert.True(load.IsFreed);
    }

    [Fact]
    public async Task Unless_it_is_asked_for_the_host_has_started_only_when_the_model_is_loaded()
    {
        Assert.False(new SequenceClassifierHostingOptions().LoadInBackground);
        var load = new HeldLoad();
        using IHost host = TestHost.Create(options =>
        {
            load.Configure(options);
            options.LoadInBackground = false;
        });
        Task start = host.StartAsync();
        await load.Began;
        Assert.False(start.IsCompleted);
        load.Finish();
        await start;
        Assert.Equal(HostedClassifierState.Ready, host.Classifier().State);
    }

    [Fact]
    public async Task A_text_that_comes_too_early_is_refused_with_what_to_do()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier("sst2", load.Configure));
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier("sst2");
        foreach (Func<Task> early in (Func<Task>[])
            [
                () => classifier.ClassifyAsync("a").AsTask(),
                () => classifier.ClassifyAsync("a", RequestOptions.Default).AsTask(),
                () => classifier.SubmitAsync(["a"]),
                () => Task.FromResult(classifier.Classifier),
            ])
        {
            string message = (await Assert.ThrowsAsync<InvalidOperationException>(early)).Message;
            Assert.StartsWith("The sequence classifier 'sst2' is still being loaded.", message, StringComparison.Ordinal);
            Assert.Contains("health check tagged 'ready'", message, StringComparison.Ordinal);
        }

        Assert.Null(classifier.QueueStatus);
        Assert.Null(classifier.LoadedAt);
        load.Finish();
        await classifier.LoadAsync();
        Assert.Single((await classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    [Fact]
    public async Task A_load_that_fails_is_logged_stops_the_application_and_comes_out_of_its_run()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure, services => services.AddHealthChecks().AddSequenceClassifier());
        IHostApplicationLifetime application = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await host.StartAsync();
        await load.Began;
        Assert.False(application.ApplicationStopping.IsCancellationRequested);
        var failure = new ModelLoadException("damaged");
        load.Fail(failure);
        Assert.Contains("could not be loaded. The application stops", await host.Log().FirstAsync("LoadFailed"), StringComparison.Ordinal);
        await StoppingAsync(application);
        Assert.Equal(HealthStatus.Unhealthy, (await host.CheckAsync("ready")).Status);
        Assert.Same(failure, await Assert.ThrowsAsync<ModelLoadException>(() => host.WaitForShutdownAsync()));
        Assert.Equal(HostedClassifierState.Stopped, host.Classifier().State);
        await Assert.ThrowsAsync<QueueStoppedException>(async () => await host.Classifier().ClassifyAsync("a"));
    }

    public static TheoryData<string, Action<SequenceClassifierHostingOptions>, Type> Failures => new()
    {
        { "no such folder", options => options.ModelFolder = Path.Combine(Repository.Root, "no such folder"), typeof(ModelLoadException) },
        { "a length beyond the model's", options => options.MaxLength = 1_000_000, typeof(ArgumentException) },
        { "a loader that throws", options => (options.ModelFolder, options.Load) = (null, (_, _) => throw new FileNotFoundException("lost")), typeof(FileNotFoundException) },
        { "a loader that is cancelled", options => (options.ModelFolder, options.Load) = (null, (_, _) => throw new OperationCanceledException("not now")), typeof(OperationCanceledException) },
        { "no classifier", options => (options.ModelFolder, options.Load) = (null, (_, _) => null!), typeof(InvalidOperationException) },
    };

    // At once, so that most of them fail while the host is starting.
    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_a_load_throws_is_what_the_run_throws_however_early_it_comes(
        string what, Action<SequenceClassifierHostingOptions> spoil, Type expected)
    {
        Assert.NotEmpty(what);
        IHost host = TestHost.Create(options =>
        {
            options.LoadInBackground = true;
            spoil(options);
        });
        LogRecorder log = host.Log();
        Exception? exception = await Record.ExceptionAsync(() => host.RunAsync().WaitAsync(TestHost.Patience));
        Assert.IsType(expected, exception);
        await log.FirstAsync("LoadFailed");
    }

    [Fact]
    public async Task A_stop_during_the_load_gives_it_up_waits_for_it_and_leaves_nothing()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure);
        HostedClassifier classifier = host.Classifier();
        await host.StartAsync();
        await load.Began;
        Task stop = host.StopAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => classifier.LoadAsync());
        await Assert.ThrowsAsync<QueueStoppedException>(async () => await classifier.ClassifyAsync("a"));
        Assert.Equal(HostedClassifierState.Stopping, classifier.State);
        Assert.False(stop.IsCompleted);
        load.Finish();
        await stop;
        Assert.True(load.IsFreed);
        Assert.Equal(HostedClassifierState.Stopped, classifier.State);
        Assert.Equal(["The classifier default has stopped."], host.Log().Messages);
    }

    [Fact]
    public async Task A_load_that_fails_after_it_was_given_up_is_no_failure_any_more()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure);
        await host.StartAsync();
        await load.Began;
        Task stop = host.StopAsync();
        await Assert.ThrowsAsync<QueueStoppedException>(() => host.Classifier().LoadAsync());
        load.Fail(new ModelLoadException("damaged"));
        await stop;
        Assert.Equal(["The classifier default has stopped."], host.Log().Messages);
    }

    [Fact]
    public async Task A_load_that_outlasts_the_grace_is_left_with_a_word_and_freed_when_it_ends()
    {
        var time = new FakeTimeProvider();
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure, services => services.AddSingleton<TimeProvider>(time));
        await host.StartAsync();
        await load.Began;
        Task stop = host.StopAsync();
        await AdvanceUntilAsync(time, stop);
        Assert.Contains("still being read", await host.Log().FirstAsync("LeftLoading"), StringComparison.Ordinal);
        load.Finish();
        using var patience = new CancellationTokenSource(TestHost.Patience);
        while (!load.IsFreed)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Whoever_stops_it_can_end_the_wait_for_a_load()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(options =>
        {
            load.Configure(options);
            options.ShutdownGrace = Timeout.InfiniteTimeSpan;
        });
        await host.StartAsync();
        await load.Began;
        await host.Classifier().StopAsync(new CancellationToken(canceled: true));
        Assert.Equal(HostedClassifierState.Stopped, host.Classifier().State);
        load.Finish();
    }

    [Fact]
    public async Task Services_that_are_disposed_of_during_the_load_wait_for_it()
    {
        var load = new HeldLoad();
        IHost host = TestHost.Create(load.Configure);
        await host.StartAsync();
        await load.Began;
        HostedClassifier classifier = host.Classifier();
        Task disposal = Task.Run(host.Dispose);
        await Assert.ThrowsAsync<QueueStoppedException>(() => classifier.LoadAsync());
        load.Finish();
        await disposal.WaitAsync(TestHost.Patience);
        Assert.True(load.IsFreed);
    }

    [Fact]
    public async Task A_start_that_fails_for_another_reason_leaves_nothing_loaded()
    {
        var load = new HeldLoad();
        using (IHost host = TestHost.Create(load.Configure, services => services.AddHostedService(_ => new Failing(load))))
        {
            Assert.Equal("port taken", (await Assert.ThrowsAsync<IOException>(() => host.StartAsync())).Message);
            load.Finish();
        }

        Assert.True(load.Classifier is null || load.IsFreed);
    }

    [Fact]
    public async Task A_reload_that_is_asked_for_during_the_load_comes_after_it()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure);
        await host.StartAsync();
        await load.Began;
        HostedClassifier classifier = host.Classifier();
        Task reload = classifier.ReloadAsync(Repository.Contract(TestHost.Regression));
        Assert.False(reload.IsCompleted);
        Assert.Equal(HostedClassifierState.Loading, classifier.State);
        load.Finish();
        await reload;
        Assert.Equal(Repository.Contract(TestHost.Regression), classifier.ModelFolder);
        Assert.Equal(TestHost.Expected(TestHost.Regression, ["a"])["a"], (await classifier.ClassifyAsync("a")).Logits.ToArray());
        await host.Log().FirstAsync("Freed");
        Assert.True(load.IsFreed);
    }

    [Fact]
    public async Task A_reload_that_waits_for_the_load_ends_with_it()
    {
        foreach (bool fails in (bool[])[true, false])
        {
            var load = new HeldLoad();
            using IHost host = TestHost.Create(load.Configure);
            await host.StartAsync();
            await load.Began;
            Task reload = host.Classifier().ReloadAsync();
            if (fails)
            {
                load.Fail(new ModelLoadException("damaged"));
                Assert.Contains("is not loaded yet", (await Assert.ThrowsAsync<InvalidOperationException>(() => reload)).Message, StringComparison.Ordinal);
                await Assert.ThrowsAsync<ModelLoadException>(() => host.StopAsync());
            }
            else
            {
                Task stop = host.StopAsync();
                await Assert.ThrowsAsync<QueueStoppedException>(() => reload);
                load.Finish();
                await stop;
            }
        }
    }

    [Fact]
    public async Task Models_are_loaded_side_by_side_and_each_is_ready_on_its_own()
    {
        var one = new HeldLoad();
        var two = new HeldLoad();
        using IHost host = TestHost.Create(services =>
        {
            services.AddSequenceClassifier("one", one.Configure);
            services.AddSequenceClassifier("two", two.Configure);
            services.AddSequenceClassifier("waited for", options => options.ModelFolder = Repository.Contract(TestHost.Regression));
            services.AddHealthChecks().AddSequenceClassifier("one").AddSequenceClassifier("two");
        });
        await host.StartAsync();
        Assert.Equal(HostedClassifierState.Ready, host.Classifier("waited for").State);
        await Task.WhenAll(one.Began, two.Began);
        two.Finish();
        await host.Classifier("two").LoadAsync();
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(
            ["one-loaded", "one-ready"],
            report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.Single((await host.Classifier("two").ClassifyAsync("a")).Logits.ToArray());
        one.Finish();
        await host.Classifier("one").LoadAsync();
        Assert.Single((await host.Classifier("one").ClassifyAsync("a")).Logits.ToArray());
    }

    [Fact]
    public async Task One_of_several_models_that_cannot_be_loaded_stops_the_application_and_gives_up_the_others()
    {
        var bad = new HeldLoad();
        var slow = new HeldLoad();
        using IHost host = TestHost.Create(services =>
        {
            services.AddSequenceClassifier("bad", bad.Configure);
            services.AddSequenceClassifier("slow", slow.Configure);
        });
        await host.StartAsync();
        await Task.WhenAll(bad.Began, slow.Began);
        Task run = host.WaitForShutdownAsync();
        bad.Fail(new ModelLoadException("damaged"));
        await Assert.ThrowsAsync<QueueStoppedException>(() => host.Classifier("slow").LoadAsync());
        slow.Finish();
        Assert.Equal("damaged", (await Assert.ThrowsAsync<ModelLoadException>(() => run)).Message);
        Assert.True(slow.IsFreed);
        Assert.Contains("classifier bad could not", await host.Log().FirstAsync("LoadFailed"), StringComparison.Ordinal);
    }

    private static async Task AssertAsync(IHost host, HealthStatus live, HealthStatus ready, HealthStatus loaded)
    {
        Assert.Equal(live, (await host.CheckAsync("live")).Status);
        Assert.Equal(ready, (await host.CheckAsync("ready")).Status);
        Assert.Equal(loaded, (await host.CheckAsync("loaded")).Status);
    }

    private static async Task StoppingAsync(IHostApplicationLifetime application)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = application.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(TestHost.Patience);
    }

    // The timers are set by whoever stops, some time after it began.
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Task end)
    {
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        await end;
    }

    private sealed class Failing(HeldLoad load) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await load.Began;
            throw new IOException("port taken");
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
