using Batching.Tests;

namespace Batching.Hosting.Tests;

/// <summary>A load that goes on for as long as a test wants, and ends as it wants.</summary>
internal sealed class HeldLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SequenceClassifier? classifier;

    /// <summary>Completes when it has begun.</summary>
    public Task Began => began.Task.WaitAsync(Patience);

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

    /// <summary>Has a host load in the background, held up.</summary>
    public void Configure(SequenceClassifierHostingOptions options)
    {
        options.LoadInBackground = true;
        Hold(options);
    }

    /// <summary>Holds the load up, wherever it is done.</summary>
    public void Hold(SequenceClassifierHostingOptions options)
    {
        options.ModelFolder = null;
        options.Load = (_, settings) =>
        {
            began.TrySetResult();
            end.Task.GetAwaiter().GetResult();
            var loaded = SequenceClassifier.Load(Repository.Contract("bert-one-label"), settings);
            Volatile.Write(ref classifier, loaded);
            return loaded;
        };
    }

    public void Finish() => end.TrySetResult();

    public void Fail(Exception exception) => end.SetException(exception);
}
