using Classify.Inputs;
using Classify.Outputs;

namespace Classify;

/// <summary>The rows that were read and whose results are not written yet, in their order, and the rejected ones among them.</summary>
/// <remarks>
/// Thread-safe: rows come from whoever reads the texts, and go to whoever writes the results. A rejected row is written once
/// all rows before it have gone, so that the rejects are in order and are written before the results that follow them.
/// </remarks>
/// <param name="rejects">Where rejected rows go; null where a bad row stops the run.</param>
internal sealed class PendingRows(RejectsFile? rejects)
{
    private readonly Lock gate = new();
    private readonly Queue<InputRow> rows = new();

    /// <summary>The rows that were rejected.</summary>
    public long Rejected { get; private set; }

    public void Add(InputRow row)
    {
        lock (gate)
        {
            rows.Enqueue(row);
            WriteRejects();
        }
    }

    /// <summary>The row whose result is next.</summary>
    public InputRow Next()
    {
        lock (gate)
        {
            InputRow row = rows.Dequeue();
            WriteRejects();
            return row;
        }
    }

    /// <summary>Hands the rejects so far to the system.</summary>
    public void Commit()
    {
        lock (gate)
        {
            rejects?.Commit();
        }
    }

    private void WriteRejects()
    {
        while (rows.TryPeek(out InputRow? row) && row.Error is not null)
        {
            rejects!.Write(rows.Dequeue());
            Rejected++;
        }
    }
}
