using System.Diagnostics;
using Batching.Pipeline;

namespace Batching.Queue;

/// <summary>A caller's texts on their way through the queue. The scheduler's lock guards it, but for what ends it.</summary>
/// <remarks>
/// Who ends it, a worker or whoever cancels, also makes the answer: that takes no thread of the pool, which may be full of
/// callers that wait for theirs.
/// </remarks>
internal abstract class QueuedRequest
{
    /// <summary>The deadline of a request without one.</summary>
    public const long NoDeadline = long.MaxValue;

    private readonly int[]? textEnds;
    private readonly Classification[] results;
    private int unanswered;

    /// <param name="rows">The rows of the texts, one text after the other.</param>
    /// <param name="textEnds">For each text the index after its last row; null where every row is a text.</param>
    /// <param name="options">How it is treated.</param>
    protected QueuedRequest(List<SequenceEncoding> rows, int[]? textEnds, RequestOptions options)
    {
        this.textEnds = textEnds;
        Options = options;
        Rows = new QueuedRow[rows.Count];
        for (int i = 0; i < rows.Count; i++)
        {
            Rows[i] = new QueuedRow(rows[i]);
        }

        results = new Classification[rows.Count];
        unanswered = rows.Count;
    }

    public RequestOptions Options { get; }

    /// <summary>Whose it is; no key is one, too.</summary>
    public string ClientKey => Options.ClientKey ?? "";

    /// <summary>The rows of its texts, one text after the other, or null where one has been answered.</summary>
    public QueuedRow?[] Rows { get; }

    /// <summary>How many texts it has.</summary>
    public int TextCount => textEnds?.Length ?? Rows.Length;

    /// <summary>When its caller came, as a timestamp.</summary>
    public long EnteredAt { get; init; }

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

    /// <summary>Which of its texts a row is of.</summary>
    public int TextOf(int row) => ResultMaker.TextOf(row, textEnds);

    /// <summary>Takes the result of one of its rows.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Answer(int row, Classification result, long now)
    {
        results[row] = result;
        Rows[row] = null;
        if (--unanswered > 0)
        {
            return false;
        }

        IsOver = true;
        EndedAt = now;
        return true;
    }

    /// <summary>A result for each text, once the completion has come.</summary>
    /// <param name="backend">Makes a text's result of those of its windows.</param>
    public Classification[] ResultsOf(IQueueBackend backend)
    {
        if (textEnds is null)
        {
            return results;
        }

        var pooled = new Classification[textEnds.Length];
        int start = 0;
        for (int text = 0; text < pooled.Length; text++)
        {
            int end = textEnds[text];
            pooled[text] = end - start == 1 ? results[start] : backend.Pool(results[start..end]);
            start = end;
        }

        return pooled;
    }

    /// <summary>Lets the caller go on with the results.</summary>
    public abstract void Complete();

    /// <summary>Lets the caller go on with an exception.</summary>
    public abstract void Fail(Exception exception);
}
