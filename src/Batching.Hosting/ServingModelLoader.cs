namespace Batching.Hosting;

/// <summary>Loads models, each behind its queue, warmed up and watched; and knows the loads that were given up and have not ended.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="modelName">What metrics and spans call the model.</param>
/// <param name="options">What is loaded, and how.</param>
/// <param name="services">What a loader of the application's own may take from.</param>
/// <param name="timeProvider">Counts waits, deadlines and progress.</param>
/// <param name="batchCompleted">Told of every batch.</param>
/// <param name="folderSeen">Told of what happens to the folder of a model in use.</param>
internal sealed class ServingModelLoader(
    string modelName,
    SequenceClassifierHostingOptions options,
    IServiceProvider services,
    TimeProvider timeProvider,
    Action<BatchReport> batchCompleted,
    Action<FolderSight, string> folderSeen)
{
    private readonly ClassificationQueueOptions queueOptions = options.ToQueueOptions();
    private readonly Lock gate = new();

    // Given up before they had ended.
    private readonly List<Task> abandoned = [];

    /// <summary>How long requests that were taken may take where a model is stopped.</summary>
    public TimeSpan ShutdownGrace => queueOptions.ShutdownGrace;

    /// <summary>Loads a model and sees it work.</summary>
    /// <param name="folder">Where from; null for what <see cref="SequenceClassifierHostingOptions.Load"/> gives.</param>
    /// <param name="cancellationToken">Gives up; a file that is being read is read to its end in the background.</param>
    public async Task<ServingModel> PrepareAsync(string? folder, CancellationToken cancellationToken)
    {
        FolderWatch? watch = null;
        ServingModel? model = null;
        try
        {
            SequenceClassifier classifier = await LoadAsync(folder, cancellationToken).ConfigureAwait(false);
            watch = Watch(folder, classifier);
            model = new ServingModel(classifier, folder, queueOptions, batchCompleted, timeProvider, watch);
            if (options.WarmUp)
            {
                await model.WarmUpAsync(cancellationToken).ConfigureAwait(false);
            }

            return model;
        }
        catch
        {
            watch?.Dispose();
            await (model?.StopAsync(TimeSpan.Zero, CancellationToken.None) ?? Task.CompletedTask).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What a model is loaded from, for messages.</summary>
    public static string Described(string? folder) => folder is null ? $"what {nameof(SequenceClassifierHostingOptions.Load)} gives" : $"'{folder}'";

    /// <summary>Waits for the loads that were given up.</summary>
    /// <param name="cancellationToken">Ends the grace early.</param>
    /// <returns>Whether they ended within the grace.</returns>
    public bool WaitForAbandoned(CancellationToken cancellationToken)
    {
        Task[] ends;
        lock (gate)
        {
            ends = [.. abandoned];
        }

        try
        {
            foreach (Task load in ends)
            {
                load.WaitAsync(ShutdownGrace, timeProvider, cancellationToken).GetAwaiter().GetResult();
            }

            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<SequenceClassifier> LoadAsync(string? folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var load = ClassifierLoad.Start(() => Load(folder), modelName);
        using (cancellationToken.UnsafeRegister((_, token) => Abandon(load, token), state: null))
        {
            return await load.Loaded.ConfigureAwait(false);
        }
    }

    private SequenceClassifier Load(string? folder)
    {
        SequenceClassifierOptions classifierOptions = options.ToClassifierOptions(modelName);
        return folder is not null
            ? SequenceClassifier.Load(folder, classifierOptions with { ComputeIdentity = classifierOptions.ComputeIdentity || options.ReloadOnChange })
            : options.Load!(services, classifierOptions)
                ?? throw new InvalidOperationException($"{nameof(options.Load)} of the sequence classifier '{modelName}' returned null. Return a {nameof(SequenceClassifier)}.");
    }

    private void Abandon(ClassifierLoad load, CancellationToken token)
    {
        lock (gate)
        {
            abandoned.RemoveAll(static end => end.IsCompleted);
            abandoned.Add(load.Ended);
        }

        load.GiveUp(token);
    }

    // No change is missed that came while files were being read: it is compared with what was loaded.
    private FolderWatch? Watch(string? folder, SequenceClassifier classifier) => options.ReloadOnChange && folder is not null
        ? new FolderWatch(
            folder,
            classifier.GetIdentity(),
            options.ReloadDelay,
            options.ReloadCheckInterval,
            sight => folderSeen(sight, folder),
            timeProvider)
        : null;
}
