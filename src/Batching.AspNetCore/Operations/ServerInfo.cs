namespace Batching.AspNetCore.Operations;

/// <summary>What <c>GET /info</c> answers.</summary>
internal sealed record ServerInfo
{
    public required string ModelId { get; init; }

    public required string? ModelSha { get; init; }

    public required string? ModelDtype { get; init; }

    /// <summary><c>classifier</c>, or <c>reranker</c> for a model with one label, and its labels.</summary>
    public required Dictionary<string, LabelMaps> ModelType { get; init; }

    public required int MaxConcurrentRequests { get; init; }

    public required int? MaxInputLength { get; init; }

    /// <summary>The most tokens of a request, all of whose texts may have to wait.</summary>
    public required int MaxBatchTokens { get; init; }

    public required int MaxClientBatchSize { get; init; }

    public required bool AutoTruncate { get; init; }

    public required int TokenizationWorkers { get; init; }

    public required string Version { get; init; }
}
