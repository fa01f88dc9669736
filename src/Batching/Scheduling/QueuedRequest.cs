using System.Diagnostics;

namespace Batching.Scheduling;

/// <summary>A caller's texts on their way through the queue. The scheduler's lock guards it, but for what ends it.</summary>
internal sealed class QueuedRequest
{
    /// <summary>The deadline of a request without one.</summary>
    public const long NoDeadline = long.MaxValue;

    // A caller goes on in its own time, not in the worker's.
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int unanswered;

    public QueuedRequest(QueuedRow[] rows, RequestOptions options)
    {
        Rows = rows;
        Options = options;
        Results = new Classification[rows.Length];
        unanswered = rows.Length;
    }

    public RequestOptions Options { get; }

    /// <summary>Whose it is; no key is one, too.</summary>
    public string ClientKey => Options.ClientKey ?? "";

    /// <summary>A row for each text, or null where it has been answered.</summary>
    public QueuedRow?[] Rows { get; }

    /// <summary>A result for each text, once the completion has come.</summary>
    public Classification[] Results { get; }

    /// <summary>When its time is over, as a timestamp.</summary>
    public long DeadlineAt { get; init; } = NoDeadline;

    /// <summary>The span that was current at the call.</summary>
    public ActivityContext? Span { get; init; }

    public long AdmittedAt { get; set; }

    /// <summary>When the first of its rows began to run; null while none has.</summary>
    public long? StartedAt { get; set; }

    public long EndedAt { get; private set; }

    /// <summary>The number of the batch that last told of it.</summary>
    public long ReportedBatch { get; set; }

    /// <summary>Whether it has its answer, or has left without.</summary>
    public bool IsOver { get; set; }

    /// <summary>Ends when the answer is there, with an exception if it is one.</summary>
    public Task Completion => completion.Task;

    /// <summary>Takes the result of one of its texts.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Answer(int index, Classification result, long now)
    {
        Results[index] = result;
        Rows[index] = null;
        if (--unanswered > 0)
        {
            return false;
        }

        IsOver = true;
        EndedAt = now;
        return true;
    }

    /// <summary>Lets the caller go on with the results.</summary>
    public void Complete() => completion.TrySetResult();

    /// <summary>Lets the caller go on with an exception.</summary>
    public void Fail(Exception exception) => completion.TrySetException(exception);
}
