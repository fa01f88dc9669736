using Batching.Hosting;

namespace Batching;

// How it is loaded, reloaded and stopped.
public sealed partial class HostedClassifier
{
    // How long a load that was told to stop may take to be carried on by the thread pool, which may be full of those that wait.
    private static readonly TimeSpan UnwindTime = TimeSpan.FromSeconds(10);

    /// <summary>Loads the model and warms it up, as the host does when it starts: for applications without a host.</summary>
    /// <param name="cancellationToken">Gives up; a file that is being read is read to its end in the background.</param>
    /// <returns>
    /// Completes when texts can be classified; at once where that is so already. A load that is under way, such as one in the
    /// background, is waited for.
    /// </returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of the range of this model.</exception>
    /// <exception cref="ModelRunException">The model was loaded and cannot be run.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!slot.TryBeginLoad())
            {
                return;
            }

            long start = timeProvider.GetTimestamp();
            ServingModel model = await PrepareAsync(hostingOptions.ModelFolder, cancellationToken).ConfigureAwait(false);
            await ServeAsync(model).ConfigureAwait(false);
            logger.Loaded(
                ModelName,
                timeProvider.GetElapsedTime(start).TotalSeconds,
                ServingModelLoader.Described(model.Folder),
                model.Classifier.Labels.Count,
                model.Classifier.Tokenizer.MaxLength);
        }
        finally
        {
            slot.EndLoad();
            loading.Release();
        }
    }

    /// <summary>Replaces the model by another, or by the same one from files that have changed, without dropping a request.</summary>
    /// <param name="folder">
    /// The folder of the new model; null for the one in use, or for <see cref="SequenceClassifierHostingOptions.Load"/> where
    /// it did not come from a folder.
    /// </param>
    /// <param name="cancellationToken">Gives up; the old model serves on.</param>
    /// <returns>
    /// Completes when the new model serves: requests made from then on are answered by it, and those made before by the old
    /// one, which is freed after the last of them.
    /// </returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another. The old model serves on.</exception>
    /// <exception cref="ArgumentException">An option is out of the range of this model. The old model serves on.</exception>
    /// <exception cref="ModelRunException">The new model was loaded and cannot be run. The old model serves on.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The old model serves on.</exception>
    /// <remarks>
    /// Both models are in memory until the old one's last request has been answered. Reloads come one after the other, and
    /// after a load that is under way.
    /// </remarks>
    public async Task ReloadAsync(string? folder = null, CancellationToken cancellationToken = default)
    {
        await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        string? from = folder;
        try
        {
            ServingModel old = slot.Required;
            from ??= old.Folder;
            long start = timeProvider.GetTimestamp();
            ServingModel model = await PrepareAsync(from, cancellationToken).ConfigureAwait(false);
            await ServeAsync(model).ConfigureAwait(false);
            telemetry.Reloaded(this, exception: null);
            logger.Reloaded(ModelName, timeProvider.GetElapsedTime(start).TotalSeconds, ServingModelLoader.Described(from));
            if (!model.Classifier.Labels.SequenceEqual(old.Classifier.Labels, StringComparer.Ordinal))
            {
                logger.LabelsChanged(ModelName, string.Join(", ", model.Classifier.Labels), string.Join(", ", old.Classifier.Labels));
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or QueueStoppedException))
        {
            telemetry.Reloaded(this, exception);
            logger.ReloadFailed(exception, ModelName, ServingModelLoader.Described(from));
            throw;
        }
        finally
        {
            loading.Release();
        }
    }

    /// <summary>Takes no more requests, and ends when those that were taken have been answered, as the host does when it stops.</summary>
    /// <param name="cancellationToken">
    /// Cancels what is still under way, as the end of <see cref="SequenceClassifierHostingOptions.ShutdownGrace"/> does. Its
    /// callers get a <see cref="QueueStoppedException"/>.
    /// </param>
    /// <returns>
    /// Completes when nothing is under way any more, loads included, and the model has been freed. A file that takes longer to
    /// be read than the grace lasts is left to be read, and freed then.
    /// </returns>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Task end = stop.Value;

        // Whoever waits may end the grace for all.
        using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), graceOver))
        {
            await end.ConfigureAwait(false);
        }
    }

    /// <summary>Stops, and frees the model. Needs no thread of the thread pool, which may be full of those that wait for this.</summary>
    public void Dispose() => stop.Value.GetAwaiter().GetResult();

    /// <summary>Stops, and frees the model.</summary>
    /// <returns>Completes when nothing is under way any more.</returns>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Tells load balancers to send nothing more, while what comes is still answered. Gives a first load up.</summary>
    internal void AnnounceStop()
    {
        if (!slot.AnnounceStop())
        {
            stopping.Cancel();
        }
    }

    private async Task<ServingModel> PrepareAsync(string? folder, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        try
        {
            return await loader.PrepareAsync(folder, source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && stopping.IsCancellationRequested)
        {
            throw slot.NotServing();
        }
    }

    private void Seen(FolderSight sight, string folder)
    {
        switch (sight)
        {
            case FolderSight.Changing:
                logger.FilesChanging(ModelName, folder, hostingOptions.ReloadDelay.TotalSeconds);
                break;
            case FolderSight.SameContent:
                logger.FilesAreSame(ModelName, folder);
                break;
            case FolderSight.Gone:
                logger.FolderGone(ModelName, folder);
                break;
            default:
                logger.FilesChanged(ModelName, folder);
                _ = ReloadAfterChangeAsync();
                break;
        }
    }

    private async Task ReloadAfterChangeAsync()
    {
        try
        {
            await ReloadAsync(folder: null, stopping.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It was logged; the model in use serves on, and the next change brings the next attempt.
        }
    }

    /// <summary>Lets a model take the place of the one in use.</summary>
    private async Task ServeAsync(ServingModel model)
    {
        if (!slot.TryReplace(model, out ServingModel? old))
        {
            await model.StopAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
            throw slot.NotServing();
        }

        if (old is not null)
        {
            _ = RetireAsync(old);
        }
    }

    /// <summary>Frees a model that was replaced, once its last request has been answered.</summary>
    private async Task RetireAsync(ServingModel model)
    {
        await model.RetireAsync().ConfigureAwait(false);
        await model.StopAsync(loader.ShutdownGrace, CancellationToken.None).ConfigureAwait(false);
        NativeHeap.Trim();
        slot.Forget(model);
        logger.Freed(ModelName, ServingModelLoader.Described(model.Folder));
    }

    /// <returns>Ends when it has stopped.</returns>
    private Task BeginStop()
    {
        slot.Close();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => StopOnce(end)) { IsBackground = true, Name = $"Batching stop of {ModelName}" }.Start();
        return end.Task;
    }

    // On a thread of its own, which waits as long as it takes: no thread of the pool has to come by for the next step.
    private void StopOnce(TaskCompletionSource end)
    {
        try
        {
            stopping.Cancel();
            IReadOnlyList<ServingModel> models = slot.TakeAll();

            // All at once, and the graces side by side.
            Task[] queues = [.. models.Select(model => model.StopQueueAsync(loader.ShutdownGrace, graceOver.Token))];
            LetLoadsEnd();
            for (int i = 0; i < queues.Length; i++)
            {
                queues[i].GetAwaiter().GetResult();
                models[i].Classifier.Dispose();
            }

            slot.EndStop();
            logger.Stopped(ModelName);
            end.SetResult();
        }
        catch (Exception exception)
        {
            end.SetException(exception);
        }
    }

    // A loader may use what the services dispose of next, and a process should not end within native code.
    private void LetLoadsEnd()
    {
        // Whoever loads has been told to stop, and gives it up or has it freed; the latter also later, by itself.
        bool hasEnded = loading.Wait(UnwindTime);
        if (hasEnded)
        {
            loading.Release();
        }

        if (!loader.WaitForAbandoned(graceOver.Token) || !hasEnded)
        {
            logger.LeftLoading(ModelName);
        }
    }
}
