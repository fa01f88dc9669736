namespace Batching.Hosting;

/// <summary>A classifier that is being loaded, which may be given up: a file that is being read is read to its end all the same.</summary>
/// <remarks>
/// On a thread of its own, because it takes seconds, and because who waits for its end may be what fills the thread pool.
/// Thread-safe.
/// </remarks>
internal sealed class ClassifierLoad
{
    private readonly TaskCompletionSource<SequenceClassifier> loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ClassifierLoad()
    {
    }

    /// <summary>The classifier, which belongs to whoever takes it from here; cancelled where it was given up before.</summary>
    public Task<SequenceClassifier> Loaded => loaded.Task;

    /// <summary>Ends when nothing is read any more, and what was given up has been freed; never with an exception.</summary>
    public Task Ended => ended.Task;

    /// <param name="load">Loads the classifier.</param>
    /// <param name="modelName">What the thread is called by.</param>
    public static ClassifierLoad Start(Func<SequenceClassifier> load, string modelName)
    {
        var started = new ClassifierLoad();
        new Thread(() => started.Run(load)) { IsBackground = true, Name = $"Batching load of {modelName}" }.Start();
        return started;
    }

    /// <summary>Frees the classifier once it is loaded, unless it is already.</summary>
    public void GiveUp(CancellationToken cancellationToken) => loaded.TrySetCanceled(cancellationToken);

    private void Run(Func<SequenceClassifier> load)
    {
        try
        {
            SequenceClassifier classifier = load();
            if (!loaded.TrySetResult(classifier))
            {
                classifier.Dispose();
            }
        }
        catch (Exception exception)
        {
            loaded.TrySetException(exception);
        }
        finally
        {
            ended.SetResult();
        }
    }
}
