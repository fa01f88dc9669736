using System.Collections.Concurrent;
using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>The host has started when texts can be classified at full speed, and does not start when they never could.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_model_that_cannot_be_loaded_fails_the_start()
    {
        using IHost host = TestHost.Create(options => options.ModelFolder = Path.Combine(Repository.Root, "no such folder"));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => host.StartAsync());
        Assert.Contains("no such folder", exception.Message, StringComparison.Ordinal);
        Assert.Equal(HostedClassifierState.NotLoaded, host.Classifier().State);
    }

    [Fact]
    public async Task An_option_that_the_model_cannot_meet_fails_the_start()
    {
        using IHost host = TestHost.Create(options => options.MaxLength = 1_000_000);
        await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());
    }

    [Fact]
    public async Task A_model_that_windows_long_texts_is_hosted_like_any_other()
    {
        // Fewer tokens may wait than the windows of the longest text to warm up with have.
        using IHost host = TestHost.Create(options =>
            (options.MaxLength, options.LongText, options.Stride, options.MaxTokensWaiting) = (16, LongText.Windows, 10, 400));
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        TextInput text = new("query", string.Join(' ', Enumerable.Range(0, 25)));
        Classification expected = classifier.Classifier.Classify(text);
        Classification answer = await classifier.ClassifyAsync(text);
        Assert.True(answer.Windows.Count > 5);
        Assert.Equal(expected.Scores.ToArray(), answer.Scores.ToArray());
        Assert.Equal(expected.Windows.Select(window => window.Logits.Span[0]), answer.Windows.Select(window => window.Logits.Span[0]));
        await host.StopAsync();

        using IHost tooWide = TestHost.Create(options => (options.MaxLength, options.LongText, options.Stride) = (16, LongText.Windows, 14));
        Assert.Contains("Stride is 14", (await Assert.ThrowsAsync<ArgumentException>(() => tooWide.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_loader_throws_fails_the_start_and_so_does_no_classifier()
    {
        using IHost throwing = TestHost.Create(services => services.AddSequenceClassifier(options =>
            options.Load = (_, _) => throw new FileNotFoundException("lost")));
        Assert.Equal("lost", (await Assert.ThrowsAsync<FileNotFoundException>(() => throwing.StartAsync())).Message);

        using IHost empty = TestHost.Create(services => services.AddSequenceClassifier(options => options.Load = (_, _) => null!));
        Assert.Contains("returned null", (await Assert.ThrowsAsync<InvalidOperationException>(() => empty.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_to_load_can_be_loaded_again()
    {
        int attempts = 0;
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options => options.Load = (_, settings) =>
            attempts++ == 0
                ? throw new ModelLoadException("not yet")
                : SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel), settings)));
        HostedClassifier classifier = host.Classifier();
        await Assert.ThrowsAsync<ModelLoadException>(() => classifier.LoadAsync());
        await classifier.LoadAsync();
        Assert.Single((await classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    [Fact]
    public async Task Other_services_of_the_host_find_it_ready_when_they_start_and_until_they_have_stopped()
    {
        using IHost host = TestHost.Create(services =>
        {
            services.AddSingleton<Worker>();
            services.AddHostedService(provider => provider.GetRequiredService<Worker>());
            services.AddSequenceClassifier(options => options.ModelFolder = Repository.Contract(TestHost.OneLabel));
        });
        await host.StartAsync();
        await host.StopAsync();
        Assert.Equal(
            [HostedClassifierState.Ready, HostedClassifierState.Stopping], host.Services.GetRequiredService<Worker>().States);
        Assert.Equal(HostedClassifierState.Stopped, host.Classifier().State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_ready_once_texts_of_several_lengths_were_run_unless_that_is_turned_off(bool warmUp)
    {
        var tokens = new ConcurrentQueue<int>();
        HostedClassifierState? during = null;
        HostedClassifier? classifier = null;
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options =>
        {
            options.ModelFolder = Repository.Contract(TestHost.OneLabel);
            options.WarmUp = warmUp;
            options.Parallelism = 1;
            options.ConfigureQueue = queue => queue with
            {
                BatchCompleted = batch =>
                {
                    during ??= classifier?.State;
                    tokens.Enqueue(batch.Tokens / batch.Rows);
                },
            };
        }));
        classifier = host.Classifier();
        await host.StartAsync();
        Assert.Equal(HostedClassifierState.Ready, host.Classifier().State);
        Assert.Equal(warmUp ? HostedClassifierState.Loading : null, during);
        Assert.Equal(warmUp, tokens.Distinct().Count() > 2);
    }

    [Fact]
    public async Task A_queue_with_little_room_is_warmed_up_with_what_fits()
    {
        using IHost host = TestHost.Create(options => options.MaxTokensWaiting = 30);
        await host.StartAsync();
        Assert.Equal(HostedClassifierState.Ready, host.Classifier().State);
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_nothing_loaded()
    {
        using var loading = new SemaphoreSlim(0);
        using var finish = new ManualResetEventSlim();
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options => options.Load = (_, settings) =>
        {
            loading.Release();
            finish.Wait();
            return SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel), settings);
        }));
        HostedClassifier classifier = host.Classifier();
        using var source = new CancellationTokenSource();
        Task start = classifier.LoadAsync(source.Token);
        await loading.WaitAsync();
        Assert.Equal(HostedClassifierState.Loading, classifier.State);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.Equal(HostedClassifierState.NotLoaded, classifier.State);

        // The next load waits for nothing of the first.
        Task next = classifier.LoadAsync();
        await loading.WaitAsync();
        finish.Set();
        await next;
        Assert.Single((await classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    private sealed class Worker(ISequenceClassifier classifier, HostedClassifier hosted) : IHostedService
    {
        public List<HostedClassifierState> States { get; } = [];

        public Task StartAsync(CancellationToken cancellationToken) => ClassifyAsync();

        public Task StopAsync(CancellationToken cancellationToken) => ClassifyAsync();

        private async Task ClassifyAsync()
        {
            await classifier.ClassifyAsync("a");
            States.Add(hosted.State);
        }
    }
}
