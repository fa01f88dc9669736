namespace Batching.Inference;

/// <summary>The same model once more, with all cores in every run, for texts that are classified alone.</summary>
/// <remarks>
/// Loaded when it is first wanted, without holding up who wants it, and used only if it gives the same bits as the other.
/// Thread-safe.
/// </remarks>
internal sealed class LatencyModel(Func<SequenceModel> load, SequenceModel reference) : IDisposable
{
    private readonly Lock gate = new();
    private Task<SequenceModel?>? loading;
    private bool isDisposed;

    /// <summary>The model, or null while it is not loaded or where it is of no use.</summary>
    public SequenceModel? TryGet()
    {
        Task<SequenceModel?> task = LoadAsync();
        return task.IsCompletedSuccessfully ? task.Result : null;
    }

    /// <summary>Ends when the model is loaded, or found to be of no use.</summary>
    public Task<SequenceModel?> LoadAsync()
    {
        lock (gate)
        {
            return loading ??= isDisposed ? Task.FromResult<SequenceModel?>(null) : Task.Run(Load);
        }
    }

    public void Dispose()
    {
        Task<SequenceModel?>? task;
        lock (gate)
        {
            isDisposed = true;
            task = loading;
        }

        // A load under way is let finish, and its model freed then.
        _ = task?.ContinueWith(
            static loaded => (loaded.IsCompletedSuccessfully ? loaded.Result : null)?.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private SequenceModel? Load()
    {
        SequenceModel? model = null;
        try
        {
            model = load();
            if (InvarianceProbe.GiveSameBits(reference, model))
            {
                return model;
            }
        }
        catch (Exception exception) when (exception is ModelLoadException or ModelRunException or ObjectDisposedException)
        {
            // Whatever keeps it from loading, the model that is there goes on to serve.
        }

        model?.Dispose();
        return null;
    }
}
