namespace Batching;

/// <summary>How much a <see cref="ClassificationQueue"/> takes, and whom it serves first.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record ClassificationQueueOptions
{
    private const double LeastShare = 0.01;
    private const double MostShare = 0.99;

    /// <summary>
    /// The most tokens of texts that wait for a worker, those of all windows of a long text counted; what would go past it is
    /// refused by <see cref="QueueFullException"/>. Divided by the tokens a second that the machine does, it is the longest wait.
    /// </summary>
    /// <value>Default: 65,536. From 1; a request that has more tokens than this by itself can never be taken.</value>
    public int MaxTokensWaiting { get; init; } = 65_536;

    /// <summary>The most tokens that wait in bulk, so that interactive requests still find room.</summary>
    /// <value>Default: null, three quarters of <see cref="MaxTokensWaiting"/>. From 1 to all of it.</value>
    public int? MaxBulkTokensWaiting { get; init; }

    /// <summary>The most tokens of one client that wait (<see cref="RequestOptions.ClientKey"/>), so that the others still find room.</summary>
    /// <value>Default: null, no limit but those for all. From 1. Requests without a key are not limited by it.</value>
    public int? MaxTokensWaitingPerClient { get; init; }

    /// <summary>How many batches run side by side.</summary>
    /// <value>Default: null, the classifier's <see cref="SequenceClassifierOptions.Parallelism"/>. From 1.</value>
    public int? Workers { get; init; }

    /// <summary>The part of the work that is bulk, by tokens, while requests of both priorities wait.</summary>
    /// <value>Default: 0.125. From 0.01 to 0.99.</value>
    public double BulkShare { get; init; } = 0.125;

    /// <summary>Options of requests that come without.</summary>
    /// <value>Default: <see cref="RequestOptions.Default"/>.</value>
    public RequestOptions RequestDefaults { get; init; } = RequestOptions.Default;

    /// <summary>
    /// How long <see cref="ClassificationQueue.DisposeAsync"/> waits for the requests that were taken before it cancels them.
    /// </summary>
    /// <value>Default: 20 seconds. From zero; <see cref="Timeout.InfiniteTimeSpan"/> waits for all.</value>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Told of every batch, once its texts have been answered: for traces and logs.</summary>
    /// <value>
    /// Default: null. Called on the worker's thread, which takes no other batch before it returns, and side by side by
    /// several workers. What it throws is ignored.
    /// </value>
    public Action<BatchReport>? BatchCompleted { get; init; }

    /// <summary>How many tokens may wait in bulk.</summary>
    internal int BulkLimit => MaxBulkTokensWaiting ?? Math.Max(1, (int)(MaxTokensWaiting * 0.75));

    /// <summary>Checks the values, as the queue does when it is made.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it, the limit and the fix.</exception>
    public void Validate() => Validate("options");

    private void Validate(string parameterName)
    {
        AtLeastOne(MaxTokensWaiting, nameof(MaxTokensWaiting), parameterName);
        AtLeastOne(MaxBulkTokensWaiting, nameof(MaxBulkTokensWaiting), parameterName);
        AtLeastOne(MaxTokensWaitingPerClient, nameof(MaxTokensWaitingPerClient), parameterName);
        AtLeastOne(Workers, nameof(Workers), parameterName);
        if (MaxBulkTokensWaiting > MaxTokensWaiting)
        {
            throw new ArgumentException(
                $"{nameof(MaxBulkTokensWaiting)} is {MaxBulkTokensWaiting}, more than the {MaxTokensWaiting} of {nameof(MaxTokensWaiting)}, of which it is a part. Lower it, or leave it null.",
                parameterName);
        }

        if (!(BulkShare >= LeastShare && BulkShare <= MostShare))
        {
            throw new ArgumentException($"{nameof(BulkShare)} is {BulkShare}; it has to be from {LeastShare} to {MostShare}, a part of the whole.", parameterName);
        }

        if (ShutdownGrace < TimeSpan.Zero && ShutdownGrace != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException(
                $"{nameof(ShutdownGrace)} is {ShutdownGrace}; it has to be at least zero. Use {nameof(Timeout)}.{nameof(Timeout.InfiniteTimeSpan)} to wait for all requests.",
                parameterName);
        }

        if (RequestDefaults is null)
        {
            throw new ArgumentException($"{nameof(RequestDefaults)} is null. Use {nameof(RequestOptions)}.{nameof(RequestOptions.Default)}.", parameterName);
        }

        if (RequestDefaults.Deadline is not null)
        {
            throw new ArgumentException(
                $"{nameof(RequestDefaults)} has the {nameof(RequestOptions.Deadline)} {RequestDefaults.Deadline:O}, which would end every request at one time. Set {nameof(RequestOptions.Timeout)}.",
                parameterName);
        }

        RequestDefaults.Validate(parameterName);
    }

    private static void AtLeastOne(int? value, string name, string parameterName)
    {
        if (value < 1)
        {
            throw new ArgumentException($"{name} is {value}; it has to be at least 1.", parameterName);
        }
    }
}
