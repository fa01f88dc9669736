using System.Diagnostics;

namespace Batching;

/// <summary>A batch that a <see cref="ClassificationQueue"/> has run: for whom, how large, and how long it took.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class BatchReport
{
    /// <summary>The number of the batch, from 1 in the order in which the queue's batches began.</summary>
    public required long Number { get; init; }

    /// <summary>How urgent its requests were. Requests of different priorities do not share a batch, unless they share a text.</summary>
    public required RequestPriority Priority { get; init; }

    /// <summary>The number of rows, each a text, or a window of a long one, that differs from the others.</summary>
    public required int Rows { get; init; }

    /// <summary>The number of tokens in the rows, padding not counted.</summary>
    public required int Tokens { get; init; }

    /// <summary>When its first run began, by the queue's clock.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>How long it took, with the runs that found out which of its rows had failed, if any had.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many rows failed.</summary>
    public required int FailedRows { get; init; }

    /// <summary>Whether the run was stopped because nobody waited for it any more.</summary>
    public required bool IsStopped { get; init; }

    /// <summary>
    /// The spans that were current where the requests were made (<see cref="Activity.Current"/>), one for each request that
    /// had one: what the span of a batch links to.
    /// </summary>
    public required IReadOnlyList<ActivityContext> Requests { get; init; }
}
