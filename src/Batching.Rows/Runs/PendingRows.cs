using System.Runtime.ExceptionServices;
using Batching.Rows.Outputs;

namespace Batching.Rows.Runs;

/// <summary>The rows that were read and whose results are not written yet, in their order, and the rejected ones among them.</summary>
/// <remarks>
/// Thread-safe: rows come from whoever reads the texts, and go to whoever writes the results. A rejected row is written once
/// all rows before it have gone, so that the rejects are in order and are written before the results that follow them.
/// </remarks>
/// <param name="rejects">Where rejected rows go; null where a bad row stops the run.</param>
internal sealed class PendingRows(RejectsFile? rejects)
{
    private readonly Lock gate = new();
    private readonly Queue<TextRow> rows = new();
    private ExceptionDispatchInfo? failure;

    /// <summary>The rows that were rejected.</summary>
    public long Rejected { get; private set; }

    public void Add(TextRow row)
    {
        lock (gate)
        {
            rows.Enqueue(row);
            WriteRejects();
        }
    }

    /// <summary>The row whose result is next.</summary>
    public TextRow Next()
    {
        lock (gate)
        {
            TextRow row = rows.Dequeue();
            WriteRejects();
            return row;
        }
    }

    /// <summary>Hands the rejects and the results so far to the system.</summary>
    /// <param name="writer">Has the results.</param>
    /// <exception cref="RowsException">One of the two cannot be written, now or before. After that neither is.</exception>
    public void Commit(IResultWriter writer)
    {
        lock (gate)
        {
            // The rejects go first: a row of the output says that they are there.
            Guard(() =>
            {
                rejects?.Commit();
                writer.Commit();
            });
        }
    }

    private void WriteRejects()
    {
        while (rows.TryPeek(out TextRow? row) && row.Error is not null)
        {
            Guard(() => rejects!.Write(rows.Dequeue()));
            Rejected++;
        }
    }

    private void Guard(Action write)
    {
        failure?.Throw();
        try
        {
            write();
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }
    }
}
