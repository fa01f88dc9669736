using System.Diagnostics;
using Batching.Hosting;
using Microsoft.Extensions.Logging;

namespace Batching;

/// <summary>
/// A classifier in an application's services: a model behind a queue, loaded and warmed up when the host starts or in the
/// background, reloaded without dropping a request, and stopped with the host.
/// </summary>
/// <remarks>
/// <para>
/// Most code takes it as an <see cref="ISequenceClassifier"/>. This type is for what else an application does with it:
/// lists, priorities, deadlines and clients' shares (<see cref="RequestOptions"/>), reloads, and figures for dashboards.
/// </para>
/// <para>Thread-safe. The services dispose of it.</para>
/// </remarks>
public sealed class HostedClassifier : ISequenceClassifier, IDisposable, IAsyncDisposable
{
    // From here on a queue that refuses counts as full.
    private const double FullPart = 0.75;

    // How long a load that was told to stop may take to be carried on by the thread pool, which may be full of those that wait.
    private static readonly TimeSpan UnwindTime = TimeSpan.FromSeconds(10);

    private readonly SequenceClassifierHostingOptions hostingOptions;
    private readonly IServiceProvider services;
    private readonly HostingTelemetry telemetry;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly ClassificationQueueOptions queueOptions;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource graceOver = new();
    private readonly Lock gate = new();

    // One load at a time.
    private readonly SemaphoreSlim loading = new(1, 1);

    // Replaced by reloads and not yet freed, because requests to them are still under way.
    private readonly HashSet<ServingModel> retiring = [];

    // Loads that were given up and have not ended.
    private readonly List<Task> abandoned = [];

    private ServingModel? serving;
    private HostedClassifierState state;
    private Task? stopped;
    private long refusesUntil;

    internal HostedClassifier(
        string? name,
        SequenceClassifierHostingOptions options,
        IServiceProvider services,
        HostingTelemetry telemetry,
        TimeProvider timeProvider,
        ILogger logger)
    {
        hostingOptions = options;
        this.services = services;
        this.telemetry = telemetry;
        this.timeProvider = timeProvider;
        this.logger = logger;
        Name = name;
        ModelName = name ?? "default";
        RequestSpanName = $"classify {ModelName}";
        BatchSpanName = $"batch {ModelName}";
        queueOptions = options.ToQueueOptions();
    }

    /// <summary>The name that it was added under; null for the classifier without one.</summary>
    public string? Name { get; }

    /// <summary>How far it has come.</summary>
    public HostedClassifierState State
    {
        get
        {
            lock (gate)
            {
                return state;
            }
        }
    }

    /// <summary>The classifier in use, for its labels and its tokenizer. What goes past the queue, such as its own <c>Classify</c>, competes with it.</summary>
    /// <remarks>
    /// After a reload it is another. The old one is freed when the requests to it have ended; its tokenizer and its labels
    /// can be used on.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    public SequenceClassifier Classifier => Serving.Classifier;

    /// <summary>The folder of the model in use, or null where it did not come from a folder or nothing is loaded.</summary>
    public string? ModelFolder => Volatile.Read(ref serving)?.Folder;

    /// <summary>When the model in use was loaded, or null where none is.</summary>
    public DateTimeOffset? LoadedAt => Volatile.Read(ref serving)?.LoadedAt;

    /// <summary>What the queue of the model in use is doing, or null where none is loaded.</summary>
    public QueueStatus? QueueStatus => Volatile.Read(ref serving)?.Queue.GetStatus();

    /// <summary>What metrics and spans call the model.</summary>
    internal string ModelName { get; }

    internal string RequestSpanName { get; }

    internal string BatchSpanName { get; }

    /// <summary>Whether the host's start does not wait for the model.</summary>
    internal bool LoadsInBackground => hostingOptions.LoadInBackground;

    /// <summary>For how long there has been work and no batch has come to its end; zero where there is no work.</summary>
    internal TimeSpan TimeWithoutProgress => Volatile.Read(ref serving)?.TimeWithoutProgress ?? TimeSpan.Zero;

    /// <summary>How long that may be.</summary>
    internal TimeSpan StallTimeout => hostingOptions.StallTimeout;

    /// <summary>Whether a request was refused by a queue that was full, and the time after which to try again has not passed.</summary>
    internal bool IsRefusing => timeProvider.GetTimestamp() < Volatile.Read(ref refusesUntil);

    private ServingModel Serving => Volatile.Read(ref serving) ?? throw NotServing();

    /// <summary>Classifies a text, or a pair of texts, in a batch with those of others.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text, or more tokens than may ever wait.</exception>
    /// <exception cref="QueueFullException">There was no room; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">It could not be answered in its time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default) =>
        ClassifyAsync(input, options: null, cancellationToken);

    /// <summary>Classifies a text, or a pair of texts, in a batch with those of others.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="options">How urgent it is, and whose; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text, or more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">It could not be answered in its time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<Classification> ClassifyAsync(
        TextInput input, RequestOptions? options, CancellationToken cancellationToken = default)
    {
        if (telemetry.IsListenedTo)
        {
            RequestResult result = await SubmitAsync([input], options, cancellationToken).ConfigureAwait(false);
            return result.Classifications[0];
        }

        ServingModel model = Enter();
        try
        {
            return await model.Queue.ClassifyAsync(input, options, cancellationToken).ConfigureAwait(false);
        }
        catch (QueueFullException exception)
        {
            NoteRefusal(model, options, exception);
            throw;
        }
        finally
        {
            model.Leave();
        }
    }

    /// <summary>Classifies a list of texts or pairs of texts, which is taken as a whole or refused as a whole, and tells where the time went.</summary>
    /// <param name="inputs">The texts, any number. The list is read before the call returns.</param>
    /// <param name="options">How urgent they are, and whose; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The results, in the order of the texts, and their times. All are of one model, also during a reload.</returns>
    /// <exception cref="ArgumentException">An input has no text, they have more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room for all; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">They could not be answered in their time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on one of them, which the message names.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<RequestResult> SubmitAsync(
        IReadOnlyList<TextInput> inputs, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        long start = telemetry.Start();
        using Activity? activity = HostingTelemetry.StartRequest(this, inputs.Count);
        try
        {
            ServingModel model = Enter();
            try
            {
                RequestResult result = await model.Queue.SubmitAsync(inputs, options, cancellationToken).ConfigureAwait(false);
                telemetry.Answered(this, activity, start, result);
                return result;
            }
            catch (QueueFullException exception)
            {
                NoteRefusal(model, options, exception);
                throw;
            }
            finally
            {
                model.Leave();
            }
        }
        catch (Exception exception)
        {
            telemetry.Failed(this, activity, start, exception);
            throw;
        }
    }

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
            lock (gate)
            {
                if (stopped is not null || (state == HostedClassifierState.Stopping && serving is null))
                {
                    throw NotServing();
                }

                if (serving is not null)
                {
                    return;
                }

                state = HostedClassifierState.Loading;
            }

            long start = timeProvider.GetTimestamp();
            ServingModel model = await PrepareAsync(hostingOptions.ModelFolder, cancellationToken).ConfigureAwait(false);
            await ServeAsync(model).ConfigureAwait(false);
            logger.Loaded(
                ModelName,
                timeProvider.GetElapsedTime(start).TotalSeconds,
                Described(model.Folder),
                model.Classifier.Labels.Count,
                model.Classifier.Tokenizer.MaxLength);
        }
        finally
        {
            lock (gate)
            {
                if (state == HostedClassifierState.Loading)
                {
                    state = HostedClassifierState.NotLoaded;
                }
            }

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
            ServingModel old = Serving;
            from ??= old.Folder;
            long start = timeProvider.GetTimestamp();
            ServingModel model = await PrepareAsync(from, cancellationToken).ConfigureAwait(false);
            await ServeAsync(model).ConfigureAwait(false);
            telemetry.Reloaded(this, exception: null);
            logger.Reloaded(ModelName, timeProvider.GetElapsedTime(start).TotalSeconds, Described(from));
            if (!model.Classifier.Labels.SequenceEqual(old.Classifier.Labels, StringComparer.Ordinal))
            {
                logger.LabelsChanged(ModelName, string.Join(", ", model.Classifier.Labels), string.Join(", ", old.Classifier.Labels));
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or QueueStoppedException))
        {
            telemetry.Reloaded(this, exception);
            logger.ReloadFailed(exception, ModelName, Described(from));
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
        Task end = Stop();

        // Whoever waits may end the grace for all.
        using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), graceOver))
        {
            await end.ConfigureAwait(false);
        }
    }

    /// <summary>Stops, and frees the model. Needs no thread of the thread pool, which may be full of those that wait for this.</summary>
    public void Dispose() => Stop().GetAwaiter().GetResult();

    /// <summary>Stops, and frees the model.</summary>
    /// <returns>Completes when nothing is under way any more.</returns>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Tells load balancers to send nothing more, while what comes is still answered. Gives a first load up.</summary>
    internal void AnnounceStop()
    {
        bool isServing;
        lock (gate)
        {
            state = state == HostedClassifierState.Stopped ? state : HostedClassifierState.Stopping;
            isServing = serving is not null;
        }

        if (!isServing)
        {
            stopping.Cancel();
        }
    }

    private string Described(string? folder) => folder is null ? $"what {nameof(hostingOptions.Load)} gives" : $"'{folder}'";

    private Exception NotServing()
    {
        string name = Name is null ? "The sequence classifier" : $"The sequence classifier '{Name}'";
        lock (gate)
        {
            if (state is HostedClassifierState.Stopping or HostedClassifierState.Stopped)
            {
                return new QueueStoppedException($"{name} has stopped with its host and takes no more texts. Send them to another instance.");
            }

            return new InvalidOperationException(state == HostedClassifierState.Loading
                ? $"{name} is still being loaded. Send texts once the health check tagged 'ready' is healthy, or await {nameof(LoadAsync)}."
                : $"{name} is not loaded yet. The host loads it when it starts: start the host, or await {nameof(LoadAsync)} where there is none.");
        }
    }

    private ServingModel Enter()
    {
        ServingModel model;
        do
        {
            // One that was replaced between the two lines has a successor.
            model = Serving;
        }
        while (!model.TryEnter());
        return model;
    }

    // A list that is too long, bulk work or a client that has had its share may be refused while there is room for others.
    private void NoteRefusal(ServingModel model, RequestOptions? options, QueueFullException exception)
    {
        QueueStatus status = model.Queue.GetStatus();
        if (options?.Priority != RequestPriority.Bulk && status.TokensWaiting >= FullPart * status.MaxTokensWaiting)
        {
            long until = timeProvider.GetTimestamp() + (long)(exception.RetryAfter.TotalSeconds * timeProvider.TimestampFrequency);
            Volatile.Write(ref refusesUntil, until);
        }
    }

    /// <summary>Loads a model beside the one in use, and sees it work.</summary>
    private async Task<ServingModel> PrepareAsync(string? folder, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        FolderWatch? watch = null;
        ServingModel? model = null;
        try
        {
            SequenceClassifier classifier = await LoadAsync(folder, source.Token).ConfigureAwait(false);
            watch = Watch(folder, classifier);
            model = new ServingModel(classifier, folder, queueOptions, batch => HostingTelemetry.Ran(this, batch), timeProvider, watch);
            if (hostingOptions.WarmUp)
            {
                await model.WarmUpAsync(source.Token).ConfigureAwait(false);
            }

            return model;
        }
        catch (Exception exception)
        {
            watch?.Dispose();
            await (model?.StopAsync(TimeSpan.Zero, CancellationToken.None) ?? Task.CompletedTask).ConfigureAwait(false);
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested && stopping.IsCancellationRequested)
            {
                throw NotServing();
            }

            throw;
        }
    }

    // No change is missed that came while files were being read: it is compared with what was loaded.
    private FolderWatch? Watch(string? folder, SequenceClassifier classifier) => hostingOptions.ReloadOnChange && folder is not null
        ? new FolderWatch(
            folder,
            classifier.GetIdentity(),
            hostingOptions.ReloadDelay,
            hostingOptions.ReloadCheckInterval,
            sight => Seen(sight, folder),
            timeProvider)
        : null;

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

    private async Task<SequenceClassifier> LoadAsync(string? folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var load = ClassifierLoad.Start(() => Load(folder), ModelName);
        using (cancellationToken.UnsafeRegister((_, token) => Abandon(load, token), state: null))
        {
            return await load.Loaded.ConfigureAwait(false);
        }
    }

    private SequenceClassifier Load(string? folder)
    {
        SequenceClassifierOptions classifierOptions = hostingOptions.ToClassifierOptions(ModelName);
        return folder is not null
            ? SequenceClassifier.Load(folder, classifierOptions with { ComputeIdentity = classifierOptions.ComputeIdentity || hostingOptions.ReloadOnChange })
            : hostingOptions.Load!(services, classifierOptions)
                ?? throw new InvalidOperationException($"{nameof(hostingOptions.Load)} of the sequence classifier '{ModelName}' returned null. Return a {nameof(SequenceClassifier)}.");
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

    /// <summary>Lets a model take the place of the one in use.</summary>
    private async Task ServeAsync(ServingModel model)
    {
        ServingModel? old = null;
        bool isStopped;
        lock (gate)
        {
            isStopped = stopped is not null;
            if (!isStopped)
            {
                old = serving;
                Volatile.Write(ref serving, model);
                state = state == HostedClassifierState.Stopping ? state : HostedClassifierState.Ready;
                if (old is not null)
                {
                    retiring.Add(old);
                }
            }
        }

        if (isStopped)
        {
            await model.StopAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
            throw NotServing();
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
        await model.StopAsync(queueOptions.ShutdownGrace, CancellationToken.None).ConfigureAwait(false);
        NativeHeap.Trim();
        lock (gate)
        {
            retiring.Remove(model);
        }

        logger.Freed(ModelName, Described(model.Folder));
    }

    /// <returns>Ends when it has stopped.</returns>
    private Task Stop()
    {
        lock (gate)
        {
            if (stopped is not null)
            {
                return stopped;
            }

            state = HostedClassifierState.Stopping;
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            stopped = end.Task;
            new Thread(() => StopOnce(end)) { IsBackground = true, Name = $"Batching stop of {ModelName}" }.Start();
            return stopped;
        }
    }

    // On a thread of its own, which waits as long as it takes: no thread of the pool has to come by for the next step.
    private void StopOnce(TaskCompletionSource end)
    {
        try
        {
            stopping.Cancel();
            List<ServingModel> models;
            lock (gate)
            {
                models = [.. retiring];
                if (serving is not null)
                {
                    models.Add(serving);
                }

                Volatile.Write(ref serving, null);
            }

            // All at once, and the graces side by side.
            Task[] queues = [.. models.Select(model => model.StopQueueAsync(queueOptions.ShutdownGrace, graceOver.Token))];
            LetLoadsEnd();
            for (int i = 0; i < queues.Length; i++)
            {
                queues[i].GetAwaiter().GetResult();
                models[i].Classifier.Dispose();
            }

            lock (gate)
            {
                state = HostedClassifierState.Stopped;
            }

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
        bool isLeft = !loading.Wait(UnwindTime);
        if (!isLeft)
        {
            loading.Release();
        }

        Task[] ends;
        lock (gate)
        {
            ends = [.. abandoned];
        }

        try
        {
            foreach (Task load in ends)
            {
                load.WaitAsync(queueOptions.ShutdownGrace, timeProvider, graceOver.Token).GetAwaiter().GetResult();
            }
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            isLeft = true;
        }

        if (isLeft)
        {
            logger.LeftLoading(ModelName);
        }
    }
}
