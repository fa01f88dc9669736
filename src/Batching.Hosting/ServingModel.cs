namespace Batching.Hosting;

/// <summary>A classifier with the queue before it, kept until it was replaced and the last request to it was answered.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ServingModel
{
    private const int WarmUpTexts = 4;

    private static readonly int[] WarmUpWords = [2, 16, 64, 256];

    private readonly Lock gate = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider timeProvider;
    private readonly IDisposable? watch;
    private int requests;
    private bool isRetired;
    private long lastProgress;

    /// <param name="classifier">The classifier. Disposed of with this.</param>
    /// <param name="folder">Where it was loaded from, or null if not from a folder.</param>
    /// <param name="queueOptions">How it is queued for.</param>
    /// <param name="batchCompleted">Told of every batch.</param>
    /// <param name="timeProvider">Counts waits, deadlines and progress.</param>
    /// <param name="watch">What watches the folder, until the classifier is replaced; or null.</param>
    public ServingModel(
        SequenceClassifier classifier,
        string? folder,
        ClassificationQueueOptions queueOptions,
        Action<BatchReport> batchCompleted,
        TimeProvider timeProvider,
        IDisposable? watch)
    {
        this.timeProvider = timeProvider;
        this.watch = watch;
        Classifier = classifier;
        Folder = folder;
        LoadedAt = timeProvider.GetUtcNow();
        Queue = new ClassificationQueue(classifier, queueOptions with { BatchCompleted = Completed }, timeProvider);

        void Completed(BatchReport batch)
        {
            Volatile.Write(ref lastProgress, timeProvider.GetTimestamp());
            batchCompleted(batch);
            queueOptions.BatchCompleted?.Invoke(batch);
        }
    }

    public SequenceClassifier Classifier { get; }

    public ClassificationQueue Queue { get; }

    public string? Folder { get; }

    public DateTimeOffset LoadedAt { get; }

    /// <summary>For how long there has been work and no batch has come to its end; zero where there is no work.</summary>
    public TimeSpan TimeWithoutProgress
    {
        get
        {
            lock (gate)
            {
                return requests == 0 ? TimeSpan.Zero : timeProvider.GetElapsedTime(Volatile.Read(ref lastProgress));
            }
        }
    }

    /// <summary>Keeps it for a request, which ends with <see cref="Leave"/>.</summary>
    /// <returns>False where it was replaced.</returns>
    public bool TryEnter()
    {
        lock (gate)
        {
            if (isRetired)
            {
                return false;
            }

            // With the first work after a while, the time without progress starts.
            if (requests++ == 0)
            {
                Volatile.Write(ref lastProgress, timeProvider.GetTimestamp());
            }

            return true;
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            if (--requests > 0 || !isRetired)
            {
                return;
            }
        }

        idle.TrySetResult();
    }

    /// <summary>Lets no more requests in.</summary>
    /// <returns>Completes when the last one was answered.</returns>
    public Task RetireAsync()
    {
        watch?.Dispose();
        lock (gate)
        {
            isRetired = true;
            if (requests > 0)
            {
                return idle.Task;
            }
        }

        idle.TrySetResult();
        return idle.Task;
    }

    /// <summary>Classifies a few texts of several lengths, so that all code on the way is compiled and all memory is there.</summary>
    /// <exception cref="ModelRunException">The model cannot be run, or gives what is no number.</exception>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach (int words in WarmUpWords)
        {
            // Different ones, because the same text would be run only once.
            TextInput[] texts = [.. Enumerable.Range(0, WarmUpTexts).Select(text => new TextInput($"{text} {string.Join(' ', Enumerable.Repeat("warm", words))}"))];
            SequenceEncoding[] rows = [.. texts.Select(text => Classifier.Tokenizer.Encode(text))];

            // Windows would bring nothing new, and have more tokens than was counted.
            bool areWindowed = Classifier.LongText == LongText.Windows && rows.Any(row => row.IsTruncated);
            if (!areWindowed && rows.Sum(row => row.InputIds.Count) <= Queue.Options.MaxTokensWaiting)
            {
                await Queue.SubmitAsync(texts, RequestOptions.Default, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes no more requests, and finishes or cancels those that were taken.</summary>
    /// <param name="grace">After what time what is left is cancelled.</param>
    /// <param name="cancellationToken">Ends the grace early.</param>
    /// <returns>Ends when the classifier can be disposed of.</returns>
    public Task StopQueueAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        watch?.Dispose();
        return Queue.StopAsync(grace, cancellationToken);
    }

    /// <summary>Takes no more requests, finishes or cancels those that were taken, and frees the model.</summary>
    /// <param name="grace">After what time what is left is cancelled.</param>
    /// <param name="cancellationToken">Ends the grace early.</param>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        await StopQueueAsync(grace, cancellationToken).ConfigureAwait(false);
        Classifier.Dispose();
    }
}
