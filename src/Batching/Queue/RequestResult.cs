namespace Batching;

/// <summary>What a request to a <see cref="ClassificationQueue"/> got, and where its time went.</summary>
/// <remarks>Immutable and thread-safe. The three times follow one another and make up the whole.</remarks>
public sealed class RequestResult
{
    /// <summary>A result for each text, in the order of the texts.</summary>
    public required IReadOnlyList<Classification> Classifications { get; init; }

    /// <summary>How long the texts took to become ids.</summary>
    public required TimeSpan TokenizationTime { get; init; }

    /// <summary>How long it waited until the first of its texts began to run; zero if that was under way for somebody else.</summary>
    public required TimeSpan WaitTime { get; init; }

    /// <summary>How long it took from then on until all texts had been run.</summary>
    public required TimeSpan RunTime { get; init; }
}
