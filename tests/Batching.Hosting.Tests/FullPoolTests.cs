using Batching.Tests.Pipeline;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>What hosting does where the thread pool has no thread to spare. Run by <see cref="ThreadPoolTests"/>, in a process of its own.</summary>
public sealed class FullPoolTests
{
    [Fact(Explicit = true)]
    public async Task A_classifier_that_serves_is_disposed_of_in_a_full_pool()
    {
        using IHost host = TestHost.Create();
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        SequenceClassifier model = classifier.Classifier;
        using FullPool pool = FullPool.With(free: 0);
        FullPool.Outside(classifier.Dispose);
        Assert.Equal(HostedClassifierState.Stopped, classifier.State);
        Assert.Throws<ObjectDisposedException>(() => model.Classify("a"));
    }

    [Fact(Explicit = true)]
    public async Task A_load_that_was_given_up_is_waited_for_in_a_full_pool()
    {
        var load = new HeldLoad();
        using IHost host = TestHost.Create(load.Configure);
        await host.StartAsync();
        await load.Began;
        HostedClassifier classifier = host.Classifier();
        using FullPool pool = FullPool.With(free: 0);
        classifier.AnnounceStop();
        load.Finish();
        FullPool.Outside(classifier.Dispose);
        Assert.True(load.IsFreed);
    }
}
