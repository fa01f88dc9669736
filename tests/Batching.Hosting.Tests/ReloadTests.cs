using System.Collections.Concurrent;
using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>A model is replaced while it is used: no request is lost, and each is answered by one of the two.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Under_load_every_request_is_answered_by_the_old_model_or_the_new_and_after_it_by_the_new()
    {
        const int Callers = 8;
        const int Reloads = 6;
        string[] texts = TestHost.Texts(40);
        string[] models = [TestHost.OneLabel, TestHost.Regression];
        Dictionary<string, float[]>[] expected = [.. models.Select(model => TestHost.Expected(model, texts))];
        using IHost host = TestHost.Create();
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();

        // The number of reloads that have come to their end; the model in use is its last bit.
        int reloaded = 0;
        bool isOver = false;
        var answeredBy = new ConcurrentDictionary<int, int>();
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (int i = caller; !Volatile.Read(ref isOver); i++)
            {
                string text = texts[i % texts.Length];
                int before = Volatile.Read(ref reloaded);
                float[] logits = (await classifier.ClassifyAsync(text)).Logits.ToArray();
                int after = Volatile.Read(ref reloaded);
                int by = Array.FindIndex(expected, of => logits.AsSpan().SequenceEqual(of[text]));
                Assert.NotEqual(-1, by);
                answeredBy.AddOrUpdate(by, 1, (_, count) => count + 1);

                // A reload may have swapped the models a moment before it was counted.
                Assert.True(after > before || by == before % 2 || by == (before + 1) % 2);
                if (i % Callers == 0)
                {
                    RequestResult list = await classifier.SubmitAsync([.. texts.Select(text => new TextInput(text))]);
                    Assert.Contains(expected, of => texts.Zip(list.Classifications).All(pair => pair.Second.Logits.Span.SequenceEqual(of[pair.First])));
                }
            }
        }))];
        for (int reload = 1; reload <= Reloads; reload++)
        {
            int next = reload % 2;
            await classifier.ReloadAsync(Repository.Contract(models[next]));
            string text = texts[reload];
            Assert.Equal(expected[next][text], (await classifier.ClassifyAsync(text)).Logits.ToArray());
            Volatile.Write(ref reloaded, reload);
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(callers).WaitAsync(TestHost.Patience);
        Assert.Equal([0, 1], answeredBy.Keys.Order());
    }

    [Fact]
    public async Task What_waits_for_the_old_model_is_answered_by_it_and_then_it_is_freed()
    {
        var worker = new HeldWorker();
        using IHost host = TestHost.Create(worker.Configure);
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        SequenceClassifier old = classifier.Classifier;
        using HeldWorker.Hold hold = await worker.HoldAsync(classifier);
        Task<Classification> waiting = classifier.ClassifyAsync("waits").AsTask();

        await classifier.ReloadAsync(Repository.Contract(TestHost.Regression));
        Assert.NotSame(old, classifier.Classifier);
        Assert.Equal(Repository.Contract(TestHost.Regression), classifier.ModelFolder);
        Assert.Equal(HostedClassifierState.Ready, classifier.State);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["a"])["a"], old.Classify("a").Logits.ToArray());

        hold.Dispose();
        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["waits"])["waits"], (await waiting).Logits.ToArray());
        Assert.Contains(TestHost.OneLabel, await host.Log().FirstAsync("Freed"), StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => old.Classify("a"));
        Assert.Equal(TestHost.Expected(TestHost.Regression, ["a"])["a"], (await classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    [Fact]
    public async Task A_model_that_cannot_be_used_leaves_the_old_one_serving()
    {
        using IHost host = TestHost.Create();
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        SequenceClassifier old = classifier.Classifier;
        string broken = Directory.CreateTempSubdirectory("batching-").FullName;
        try
        {
            ModelCopy.Fill(broken, TestHost.Regression);
            await File.WriteAllTextAsync(Path.Combine(broken, "model.onnx"), "no model");
            await Assert.ThrowsAsync<ModelLoadException>(() => classifier.ReloadAsync(broken));
            await Assert.ThrowsAsync<ModelLoadException>(() => classifier.ReloadAsync(Path.Combine(broken, "missing")));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => classifier.ReloadAsync(broken, new CancellationToken(canceled: true)));
        }
        finally
        {
            Directory.Delete(broken, recursive: true);
        }

        Assert.Same(old, classifier.Classifier);
        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["a"])["a"], (await classifier.ClassifyAsync("a")).Logits.ToArray());
        Assert.Contains("serves on", await host.Log().FirstAsync("ReloadFailed"), StringComparison.Ordinal);

        // A later reload without a folder is one of the folder in use.
        await classifier.ReloadAsync();
        Assert.Equal(Repository.Contract(TestHost.OneLabel), classifier.ModelFolder);
        Assert.NotSame(old, classifier.Classifier);
    }

    [Fact]
    public async Task Reloads_come_one_after_the_other()
    {
        int loading = 0;
        int most = 0;
        int loads = 0;
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options => options.Load = (_, settings) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref loading));
            Interlocked.Increment(ref loads);
            try
            {
                return SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel), settings);
            }
            finally
            {
                Interlocked.Decrement(ref loading);
            }
        }));
        await host.StartAsync();
        HostedClassifier classifier = host.Classifier();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => classifier.ReloadAsync()));
        Assert.Equal((1, 7), (most, loads));
        Assert.Null(classifier.ModelFolder);
        Assert.Single((await classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    [Fact]
    public async Task Other_labels_are_told_of()
    {
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options => options.Load = (_, settings) => Sst2.Load(settings)));
        await host.StartAsync();
        await host.Classifier().ReloadAsync(Repository.Contract(TestHost.OneLabel));
        Assert.Contains("NEGATIVE, POSITIVE", await host.Log().FirstAsync("LabelsChanged"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_change_are_loaded_again_where_that_is_wanted()
    {
        string folder = Directory.CreateTempSubdirectory("batching-").FullName;
        try
        {
            ModelCopy.Fill(folder, TestHost.OneLabel);
            using IHost host = TestHost.Create(options =>
            {
                options.ModelFolder = folder;
                options.ReloadOnChange = true;
                options.ReloadDelay = TimeSpan.FromMilliseconds(1);
            });
            await host.StartAsync();
            SequenceClassifier old = host.Classifier().Classifier;
            await File.AppendAllTextAsync(Path.Combine(folder, "config.json"), " ");
            await host.Log().FirstAsync("Reloaded");
            Assert.NotSame(old, host.Classifier().Classifier);

            // A change for the worse is logged, and changes nothing.
            await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{");
            await host.Log().FirstAsync("ReloadFailed");
            Assert.Single((await host.Classifier().ClassifyAsync("a")).Logits.ToArray());
            await host.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
