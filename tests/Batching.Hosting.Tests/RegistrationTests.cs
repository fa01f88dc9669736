using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>What an application adds, and what it is given for it.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task A_classifier_without_a_name_is_resolved_without_a_key()
    {
        using IHost host = TestHost.Create();
        await host.StartAsync();
        ISequenceClassifier classifier = host.Services.GetRequiredService<ISequenceClassifier>();
        Assert.Same(host.Services.GetRequiredService<HostedClassifier>(), classifier);
        Assert.Null(host.Classifier().Name);
        string[] texts = TestHost.Texts(20);
        Dictionary<string, float[]> expected = TestHost.Expected(TestHost.OneLabel, texts);
        Classification[] results = await Task.WhenAll(texts.Select(text => classifier.ClassifyAsync(text).AsTask()));
        Assert.All(texts.Zip(results), pair => Assert.Equal(expected[pair.First], pair.Second.Logits.ToArray()));
    }

    [Fact]
    public async Task Several_models_are_resolved_by_their_names()
    {
        using IHost host = TestHost.Create(services =>
        {
            services.AddSequenceClassifier("label", options => options.ModelFolder = Repository.Contract(TestHost.OneLabel));
            services.AddSequenceClassifier("number", options => options.ModelFolder = Repository.Contract(TestHost.Regression));
            services.AddSequenceClassifier(options => options.Load = (_, settings) => Sst2.Load(settings));
            services.AddSingleton<Consumer>();
        });
        await host.StartAsync();
        Consumer consumer = host.Services.GetRequiredService<Consumer>();
        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["a b"])["a b"], (await consumer.Label.ClassifyAsync("a b")).Logits.ToArray());
        Assert.Equal(TestHost.Expected(TestHost.Regression, ["a b"])["a b"], (await consumer.Number.ClassifyAsync("a b")).Logits.ToArray());
        Assert.Equal("POSITIVE", (await consumer.Sentiment.ClassifyAsync("I love this!")).Label);
        Assert.Equal("number", host.Classifier("number").Name);
        Assert.Null(host.Services.GetKeyedService<ISequenceClassifier>("other"));
    }

    [Fact]
    public void A_name_is_taken_once_and_is_not_empty()
    {
        var services = new ServiceCollection();
        services.AddSequenceClassifier("sst2");
        services.AddSequenceClassifier();
        Assert.Contains("'sst2' was added already", Assert.Throws<InvalidOperationException>(() => services.AddSequenceClassifier("sst2")).Message, StringComparison.Ordinal);
        Assert.Contains("Give the second one a name", Assert.Throws<InvalidOperationException>(() => services.AddSequenceClassifier()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => services.AddSequenceClassifier(""));
        Assert.Throws<ArgumentException>(() => services.AddSequenceClassifier(" "));
        Assert.Throws<ArgumentNullException>(() => services.AddSequenceClassifier((string)null!));
    }

    [Fact]
    public async Task Before_the_host_starts_a_text_is_refused_with_what_to_do()
    {
        using IHost host = TestHost.Create();
        HostedClassifier classifier = host.Classifier();
        Assert.Equal(HostedClassifierState.NotLoaded, classifier.State);
        Assert.Contains("start the host", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await classifier.ClassifyAsync("a"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => classifier.ReloadAsync());
        Assert.Throws<InvalidOperationException>(() => classifier.Classifier);
        Assert.Null(classifier.QueueStatus);
        Assert.Null(classifier.LoadedAt);
        Assert.Null(classifier.ModelFolder);
    }

    [Fact]
    public async Task Without_a_host_the_application_loads_it()
    {
        var services = new ServiceCollection();
        services.AddSequenceClassifier(options => options.ModelFolder = Repository.Contract(TestHost.OneLabel));
        await using ServiceProvider provider = services.BuildServiceProvider();
        HostedClassifier classifier = provider.GetRequiredService<HostedClassifier>();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => classifier.LoadAsync()));
        Assert.Equal(HostedClassifierState.Ready, classifier.State);
        Assert.Equal(Repository.Contract(TestHost.OneLabel), classifier.ModelFolder);
        Assert.Single((await classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    [Fact]
    public async Task What_the_options_say_of_the_model_holds_for_a_loader_too()
    {
        using IHost host = TestHost.Create(services =>
        {
            services.AddSingleton("from the services");
            services.AddSequenceClassifier(options =>
            {
                options.MaxLength = 8;
                options.Load = (provider, settings) =>
                {
                    Assert.Equal("from the services", provider.GetRequiredService<string>());
                    return Sst2.Load(settings);
                };
            });
        });
        await host.StartAsync();
        Classification result = await host.Classifier().ClassifyAsync("a text that is longer than eight tokens are, by far");
        Assert.Equal((8, true), (result.TokenCount, result.IsTruncated));
    }

    [Fact]
    public async Task A_list_is_answered_in_its_order_with_its_times()
    {
        using IHost host = TestHost.Create();
        await host.StartAsync();
        string[] texts = TestHost.Texts(15);
        Dictionary<string, float[]> expected = TestHost.Expected(TestHost.OneLabel, texts);
        RequestResult result = await host.Classifier().SubmitAsync(
            [.. texts.Select(text => new TextInput(text))], new RequestOptions { Priority = RequestPriority.Bulk, ClientKey = "me" });
        Assert.Equal(texts.Select(text => expected[text]), result.Classifications.Select(classification => classification.Logits.ToArray()));
        Assert.True(result.RunTime > TimeSpan.Zero);
    }

    private sealed class Consumer(
        [FromKeyedServices("label")] ISequenceClassifier label,
        [FromKeyedServices("number")] ISequenceClassifier number,
        ISequenceClassifier sentiment)
    {
        public ISequenceClassifier Label => label;

        public ISequenceClassifier Number => number;

        public ISequenceClassifier Sentiment => sentiment;
    }
}
