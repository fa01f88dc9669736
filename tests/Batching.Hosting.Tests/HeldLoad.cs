using Batching.Tests;

namespace Batching.Hosting.Tests;

/// <summary>A load that goes on for as long as a test wants, and ends as it wants.</summary>
internal sealed class HeldLoad
{
    private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SequenceClassifier? classifier;

    /// <summary>Completes when it has begun.</summary>
    public Task Began => began.Task.WaitAsync(TestHost.Patience);

    /// <summary>What was loaded, or null.</summary>
    public SequenceClassifier? Classifier => Volatile.Read(ref classifier);

    /// <summary>Whether what was loaded has been disposed of.</summary>
    public bool IsFreed
    {
        get
        {
            try
            {
                Classifier?.Classify("a");
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public void Configure(SequenceClassifierHostingOptions options)
    {
        options.ModelFolder = null;
        options.LoadInBackground = true;
        options.Load = (_, settings) =>
        {
            began.TrySetResult();
            end.Task.GetAwaiter().GetResult();
            var loaded = SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel), settings);
            Volatile.Write(ref classifier, loaded);
            return loaded;
        };
    }

    public void Finish() => end.SetResult();

    public void Fail(Exception exception) => end.SetException(exception);
}
