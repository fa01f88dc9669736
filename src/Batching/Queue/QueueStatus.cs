namespace Batching;

/// <summary>What a <see cref="ClassificationQueue"/> was doing at one moment: for health checks, gauges and load balancing.</summary>
/// <remarks>Immutable and thread-safe. A snapshot: all figures are of the same moment.</remarks>
public sealed record QueueStatus
{
    /// <summary>Whether it takes requests: false once it was told to stop.</summary>
    public required bool IsAccepting { get; init; }

    /// <summary>The number of rows that wait for a worker: texts, or windows of long ones. One that several requests wait for counts once.</summary>
    public required int RowsWaiting { get; init; }

    /// <summary>The number of tokens in them.</summary>
    public required int TokensWaiting { get; init; }

    /// <summary>Of <see cref="TokensWaiting"/>, those in bulk.</summary>
    public required int BulkTokensWaiting { get; init; }

    /// <summary>The most tokens that may wait.</summary>
    /// <value><see cref="ClassificationQueueOptions.MaxTokensWaiting"/>.</value>
    public required int MaxTokensWaiting { get; init; }

    /// <summary>How many clients have rows waiting, those of different priorities counted apart.</summary>
    public required int ClientsWaiting { get; init; }

    /// <summary>How long the oldest row has waited, or zero.</summary>
    public required TimeSpan OldestWait { get; init; }

    /// <summary>The number of batches that run.</summary>
    public required int BatchesRunning { get; init; }

    /// <summary>The number of rows in them.</summary>
    public required int RowsRunning { get; init; }

    /// <summary>The number of tokens in them.</summary>
    public required int TokensRunning { get; init; }

    /// <summary>The most batches that run side by side.</summary>
    public required int Workers { get; init; }

    /// <summary>How many tokens the workers get through in a second, from the latest batches; null before the first.</summary>
    public required double? TokensPerSecond { get; init; }

    /// <summary>How long what waits takes to run at <see cref="TokensPerSecond"/>; null where that is not known.</summary>
    public TimeSpan? EstimatedWait => TokensPerSecond is { } rate ? TimeSpan.FromSeconds(TokensWaiting / rate) : null;
}
