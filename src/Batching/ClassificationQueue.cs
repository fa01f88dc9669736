using System.Diagnostics;
using Batching.Pipeline;
using Batching.Queue;

namespace Batching;

/// <summary>Classifies the texts of many callers in batches that they share, and answers each as if it were alone.</summary>
/// <remarks>
/// <para>
/// A free worker takes what is there at once. While all are busy, texts collect, and the next batch is made of those that
/// have waited longest and of others of nearly their length. A text is tokenized by its caller's thread and run by one of
/// the queue's own. Texts that are the same run once, where nobody can tell (<see cref="SequenceClassifier.Invariance"/>).
/// </para>
/// <para>
/// With a classifier that windows long texts (<see cref="LongText.Windows"/>), each window is a row of its own: it waits,
/// shares batches and counts by its tokens like any other text, and the text is answered when the last of them has been run.
/// </para>
/// <para>
/// What cannot be taken is refused at once: <see cref="QueueFullException"/>, <see cref="DeadlineExceededException"/>. Who
/// cancels costs nothing more: the text leaves the queue, and a batch that nobody waits for any more is stopped. A text on
/// which the model fails takes no other with it.
/// </para>
/// <para>
/// Thread-safe. The classifier is borrowed: dispose of the queue first, and then of the classifier. The memory of a result's
/// numbers is shared with the other results of its batch.
/// </para>
/// </remarks>
public sealed class ClassificationQueue : ISequenceClassifier, IAsyncDisposable
{
    // The longest time that a timer can be set to; nobody waits for that long.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly IQueueBackend backend;
    private readonly TimeProvider time;
    private readonly BatchScheduler scheduler;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool startsWorkers;
    private int workersLeft;

    /// <summary>Creates a queue and starts its workers.</summary>
    /// <param name="classifier">Runs the texts. Borrowed: it has to live until the queue has stopped, and may be used beside it.</param>
    /// <param name="options">How much to take, and whom to serve first; null for the default.</param>
    /// <param name="timeProvider">The clock for deadlines and waits; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public ClassificationQueue(SequenceClassifier classifier, ClassificationQueueOptions? options = null, TimeProvider? timeProvider = null)
        : this(new ClassifierBackend(RowsOf(classifier)), options ?? new ClassificationQueueOptions(), timeProvider ?? TimeProvider.System, startsWorkers: true)
    {
    }

    /// <param name="backend">Runs the texts.</param>
    /// <param name="options">How much to take, and whom to serve first.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="startsWorkers">Whether batches run by themselves, or only by <see cref="RunNext"/>.</param>
    internal ClassificationQueue(IQueueBackend backend, ClassificationQueueOptions options, TimeProvider timeProvider, bool startsWorkers)
    {
        options.Validate();
        this.backend = backend;
        time = timeProvider;
        Options = options;
        scheduler = new BatchScheduler(backend, options, timeProvider);
        this.startsWorkers = startsWorkers;
        workersLeft = scheduler.Workers;
        for (int worker = 1; startsWorkers && worker <= scheduler.Workers; worker++)
        {
            StartWorker(worker);
        }
    }

    /// <summary>What the queue was made with.</summary>
    public ClassificationQueueOptions Options { get; }

    /// <summary>Classifies a text, or a pair of texts, by the queue's <see cref="ClassificationQueueOptions.RequestDefaults"/>.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text, or more tokens than may ever wait.</exception>
    /// <exception cref="QueueFullException">There was no room; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">It could not be answered in its time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="QueueStoppedException">The queue was told to stop.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default) =>
        ClassifyAsync(input, options: null, cancellationToken);

    /// <summary>Classifies a text, or a pair of texts.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="options">How urgent it is, and whose; null for the queue's <see cref="ClassificationQueueOptions.RequestDefaults"/>.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text, or more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">It could not be answered in its time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="QueueStoppedException">The queue was told to stop.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<Classification> ClassifyAsync(
        TextInput input, RequestOptions? options, CancellationToken cancellationToken = default) =>
        new(SubmitAsync([input], options, request => request.ResultsOf(backend)[0], cancellationToken));

    /// <summary>Classifies a list of texts or pairs of texts, which is taken as a whole or refused as a whole.</summary>
    /// <param name="inputs">The texts, any number. The list is read before the call returns.</param>
    /// <param name="options">How urgent they are, and whose; null for the queue's <see cref="ClassificationQueueOptions.RequestDefaults"/>.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>A result for each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">An input has no text, they have more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room for all; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">They could not be answered in their time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on one of them, which the message names; the others are not run on.</exception>
    /// <exception cref="QueueStoppedException">The queue was told to stop.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<IReadOnlyList<Classification>> ClassifyAsync(
        IReadOnlyList<TextInput> inputs, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        SubmitAsync<IReadOnlyList<Classification>>(inputs, options, request => request.ResultsOf(backend), cancellationToken);

    /// <summary>Classifies a list of texts or pairs of texts as <c>ClassifyAsync</c> does, and tells where the time went.</summary>
    /// <param name="inputs">The texts, any number. The list is read before the call returns.</param>
    /// <param name="options">How urgent they are, and whose; null for the queue's <see cref="ClassificationQueueOptions.RequestDefaults"/>.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The results and their times.</returns>
    /// <exception cref="ArgumentException">An input has no text, they have more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room for all; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">They could not be answered in their time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on one of them, which the message names; the others are not run on.</exception>
    /// <exception cref="QueueStoppedException">The queue was told to stop.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<RequestResult> SubmitAsync(
        IReadOnlyList<TextInput> inputs, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        SubmitAsync(inputs, options, ResultOf, cancellationToken);

    /// <summary>Looks at what waits and what runs.</summary>
    /// <returns>The figures of this moment. May be asked for at any time, also once the queue has stopped.</returns>
    public QueueStatus GetStatus() => scheduler.GetStatus();

    /// <summary>Takes no more requests, and finishes those that were taken.</summary>
    /// <param name="grace">
    /// For how long: then those that are left end with <see cref="QueueStoppedException"/>, and the runs in flight are stopped.
    /// From zero; <see cref="Timeout.InfiniteTimeSpan"/> waits for all.
    /// </param>
    /// <param name="cancellationToken">Ends the grace early.</param>
    /// <returns>
    /// Ends when every request has ended and no batch runs any more; never with an exception. May be called again, for
    /// instance with a shorter time.
    /// </returns>
    /// <exception cref="ArgumentException">The time is negative.</exception>
    public Task StopAsync(TimeSpan grace, CancellationToken cancellationToken = default)
    {
        if (grace < TimeSpan.Zero && grace != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException(
                $"The grace is {grace}; it has to be at least zero. Use {nameof(Timeout)}.{nameof(Timeout.InfiniteTimeSpan)} to wait for all requests.", nameof(grace));
        }

        return EndWork(grace < LongestTimer ? grace : LongestTimer, cancellationToken);
    }

    /// <summary>Stops as <see cref="StopAsync"/> does, with the grace of <see cref="ClassificationQueueOptions.ShutdownGrace"/>.</summary>
    /// <returns>Ends when every request has ended and no batch runs any more.</returns>
    public ValueTask DisposeAsync() => new(StopAsync(Options.ShutdownGrace));

    /// <summary>Runs the next batch on the caller's thread, in place of a worker.</summary>
    /// <returns>Whether there was one.</returns>
    internal bool RunNext() => scheduler.RunNext();

    private static RowClassifier RowsOf(SequenceClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Rows;
    }

    private static QueueStoppedException Stopped() => new("The queue was stopped, and its grace was over, before the request was answered.");

    private Task<T> SubmitAsync<T>(
        IReadOnlyList<TextInput> inputs, RequestOptions? options, Func<QueuedRequest, T> makeAnswer, CancellationToken cancellationToken)
    {
        try
        {
            ArgumentNullException.ThrowIfNull(inputs);
            AnsweredRequest<T> request = NewRequest(inputs, options, makeAnswer, cancellationToken);
            if (inputs.Count == 0)
            {
                request.Complete();
                return request.Answered;
            }

            // Who listens for the end of the request comes first, so that nothing can go wrong once it was admitted.
            request.EndEarlyBy(scheduler, time, cancellationToken);
            scheduler.Admit(request);
            return request.Answered;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private RequestResult ResultOf(QueuedRequest request)
    {
        if (request.TextCount == 0)
        {
            return new RequestResult { Classifications = [], TokenizationTime = TimeSpan.Zero, WaitTime = TimeSpan.Zero, RunTime = TimeSpan.Zero };
        }

        long startedAt = request.StartedAt ?? request.EndedAt;
        return new RequestResult
        {
            Classifications = request.ResultsOf(backend),
            TokenizationTime = time.GetElapsedTime(request.EnteredAt, request.AdmittedAt),
            WaitTime = time.GetElapsedTime(request.AdmittedAt, startedAt),
            RunTime = time.GetElapsedTime(startedAt, request.EndedAt),
        };
    }

    private AnsweredRequest<T> NewRequest<T>(
        IReadOnlyList<TextInput> inputs, RequestOptions? options, Func<QueuedRequest, T> makeAnswer, CancellationToken cancellationToken)
    {
        long enteredAt = time.GetTimestamp();
        options ??= Options.RequestDefaults;
        options.Validate(nameof(options));
        int limit = options.Priority == RequestPriority.Bulk ? Options.BulkLimit : Options.MaxTokensWaiting;
        if (options.ClientKey is not null)
        {
            limit = Math.Min(limit, Options.MaxTokensWaitingPerClient ?? limit);
        }

        var rows = new List<SequenceEncoding>(inputs.Count);
        int[]? textEnds = null;
        int room = limit;
        for (int i = 0; i < inputs.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long tokens = Encode(inputs, i, options.Encoding, room, rows);
            if (tokens > room)
            {
                throw new ArgumentException(
                    $"The first {i + 1} of {inputs.Count} texts have at least {limit - room + tokens} tokens, and the queue never lets more than {limit} of such a request wait. Give fewer at a time or shorter ones, or raise {nameof(ClassificationQueueOptions.MaxTokensWaiting)} and what is a part of it.",
                    nameof(inputs));
            }

            room -= (int)tokens;
            if (textEnds is null && rows.Count > i + 1)
            {
                textEnds = [.. Enumerable.Range(1, inputs.Count)];
            }

            textEnds?[i] = rows.Count;
        }

        return new AnsweredRequest<T>(rows, textEnds, options, makeAnswer)
        {
            EnteredAt = enteredAt,
            DeadlineAt = DeadlineOf(options, enteredAt),
            Span = Options.BatchCompleted is null ? null : Activity.Current?.Context,
        };
    }

    private long Encode(IReadOnlyList<TextInput> inputs, int index, EncodingOptions? options, int mostTokens, List<SequenceEncoding> rows)
    {
        try
        {
            return backend.Encode(inputs[index], options, mostTokens, rows);
        }
        catch (ArgumentException exception) when (inputs.Count > 1)
        {
            throw new ArgumentException($"Text {index} of {inputs.Count}: {exception.Message}", nameof(inputs), exception);
        }
    }

    private long DeadlineOf(RequestOptions options, long enteredAt)
    {
        TimeSpan? left = options.Timeout - time.GetElapsedTime(enteredAt);
        if (options.Deadline is { } deadline && !(deadline - time.GetUtcNow() > left))
        {
            left = deadline - time.GetUtcNow();
        }

        // Of what is centuries away nobody needs to know exactly when.
        return left is null || left > LongestTimer
            ? QueuedRequest.NoDeadline
            : time.GetTimestamp() + (long)(left.Value.TotalSeconds * time.TimestampFrequency);
    }

    // A thread of its own: a run holds its thread up, and the pool may be full of callers that wait for it. It is not to
    // carry on whatever was current where the queue was made.
    private void StartWorker(int number)
    {
        var thread = new Thread(() =>
        {
            Work();
            if (Interlocked.Decrement(ref workersLeft) == 0)
            {
                scheduler.Dispose();
                ended.SetResult();
            }
        })
        {
            IsBackground = true,
            Name = $"Batching queue worker {number}",
        };
        thread.UnsafeStart();
    }

    private void Work()
    {
        do
        {
            try
            {
                while (scheduler.RunNext())
                {
                }
            }
            catch (Exception exception)
            {
                // Nothing is known to throw here. If something does, it would again: nobody is to wait for a batch that is never made.
                scheduler.EndAll("failed", () => new ModelRunException($"The next batch could not be made: {exception.Message}", exception));
            }
        }
        while (scheduler.WaitForWork());
    }

    private Task EndWork(TimeSpan grace, CancellationToken cancellationToken)
    {
        Task drained = scheduler.StopTaking();

        // The last worker leaves when nothing is left, which needs no thread of the pool to be told of.
        Task end = startsWorkers ? ended.Task : DisposeAfterAsync(drained);
        if (end.IsCompleted)
        {
            return end;
        }

        if (grace == TimeSpan.Zero)
        {
            EndGrace(this);
            return end;
        }

        ITimer timer = time.CreateTimer(EndGrace, this, grace, Timeout.InfiniteTimeSpan);
        CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(EndGrace, this);
        _ = end.ContinueWith(
            _ =>
            {
                timer.Dispose();
                cancellation.Dispose();
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        return end;
    }

    private static void EndGrace(object? queue) => ((ClassificationQueue)queue!).scheduler.EndAll("stopped", Stopped);

    private async Task DisposeAfterAsync(Task drained)
    {
        await drained.ConfigureAwait(false);
        scheduler.Dispose();
    }
}
