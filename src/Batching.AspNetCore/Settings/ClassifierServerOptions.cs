namespace Batching;

/// <summary>What the endpoints of <c>MapClassifiers</c> take of a request and of all requests together, and whom they let in.</summary>
public sealed class ClassifierServerOptions
{
    /// <summary>What <c>/info</c> calls the model, and what a request may ask for as <c>model</c>.</summary>
    /// <value>Default: null, the name of its folder; <c>classifier</c> for a model from no folder.</value>
    public string? ModelId { get; set; }

    /// <summary>What <c>/info</c> says of the numbers that the model computes with, as <c>model_dtype</c>.</summary>
    /// <value>Default: null, the precision that the classifier's options ask for, <c>float32</c> for a folder without one, and otherwise nothing.</value>
    public string? ModelDtype { get; set; }

    /// <summary>The most requests that are under way at a time; more are refused with 429.</summary>
    /// <value>Default: 512. From 1.</value>
    public int MaxConcurrentRequests { get; set; } = 512;

    /// <summary>The most texts of one request.</summary>
    /// <value>Default: 32. From 1.</value>
    public int MaxClientBatchSize { get; set; } = 32;

    /// <summary>The largest body of a request, in bytes. A web server with a smaller limit of its own keeps that.</summary>
    /// <value>Default: 2,000,000. From 1.</value>
    public int MaxBodyBytes { get; set; } = 2_000_000;

    /// <summary>The largest answer to a request, in bytes.</summary>
    /// <value>Default: 16,000,000. From 1.</value>
    public int MaxAnswerBytes { get; set; } = 16_000_000;

    /// <summary>
    /// The most memory that requests under way may take together, in bytes, as it is estimated before it is taken: for their
    /// bodies, texts, tokens and answers. What would go past it is refused with 429.
    /// </summary>
    /// <value>Default: 268,435,456. From 1,048,576.</value>
    public long MaxBytesUnderWay { get; set; } = 1 << 28;

    /// <summary>How long the body of a request may take to come, and its answer to be taken.</summary>
    /// <value>Default: 30 seconds. Above zero, and at most a day.</value>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether texts that are too long are cut, where a request does not say.</summary>
    /// <value>Default: true. Otherwise they are refused.</value>
    public bool AutoTruncate { get; set; } = true;

    /// <summary>What clients have to send as <c>Authorization: Bearer ...</c>.</summary>
    /// <value>Default: null, nothing.</value>
    public string? ApiKey { get; set; }

    /// <summary>Whether <c>/health</c>, <c>/health/live</c> and <c>/metrics</c> need the key as well.</summary>
    /// <value>Default: false, because probes and scrapers seldom have one.</value>
    public bool ApiKeyForProbes { get; set; }
}
