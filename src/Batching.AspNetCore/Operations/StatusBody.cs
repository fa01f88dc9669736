namespace Batching.AspNetCore.Operations;

/// <summary>The figures of this moment, for the page's gauges.</summary>
internal sealed record StatusBody
{
    public required string State { get; init; }

    public required int QueueSize { get; init; }

    public required int TokensWaiting { get; init; }

    public required int MaxTokensWaiting { get; init; }

    public required int BatchesRunning { get; init; }

    public required int RequestsUnderWay { get; init; }

    /// <summary>The memory of the requests' bodies, texts, tokens and answers, in bytes, as it is estimated.</summary>
    public required long BytesUnderWay { get; init; }

    /// <summary>How many tokens the workers get through in a second; null before the first batch.</summary>
    public required double? TokensPerSecond { get; init; }

    /// <summary>Which part of all batches so far was padding; null before the first.</summary>
    public required double? PaddingRatio { get; init; }
}
