using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Batching.Queue;

/// <summary>A row in a queue, with everybody who waits for it. The scheduler's lock guards it.</summary>
internal sealed class QueuedRow : WaitingRow
{
    private readonly int hash;

    // Most rows have one waiter.
    private RowWaiter firstWaiter;
    private List<RowWaiter>? otherWaiters;

    public QueuedRow(SequenceEncoding encoding)
        : base(encoding.InputIdsSpan.Length)
    {
        Encoding = encoding;
        var builder = default(HashCode);
        builder.AddBytes(MemoryMarshal.AsBytes(encoding.InputIdsSpan));
        hash = builder.ToHashCode();
    }

    /// <summary>Whether two rows get the same result: the same ids and types, both cut or both whole.</summary>
    public static IEqualityComparer<QueuedRow> SameResult { get; } = new EncodingComparer();

    public SequenceEncoding Encoding { get; }

    public RowState State { get; set; }

    /// <summary>Whether requests for the same find it.</summary>
    public bool IsShareable { get; set; }

    /// <summary>The batch that it runs in.</summary>
    public RunningBatch? Batch { get; set; }

    /// <summary>How many have waited for it, those who left counted.</summary>
    public int WaiterCount { get; private set; }

    /// <summary>How many still wait for it.</summary>
    public int WantedBy { get; set; }

    public RowWaiter WaiterAt(int index) => index == 0 ? firstWaiter : otherWaiters![index - 1];

    public void AddWaiter(RowWaiter waiter)
    {
        if (WaiterCount == 0)
        {
            firstWaiter = waiter;
        }
        else
        {
            (otherWaiters ??= []).Add(waiter);
        }

        WaiterCount++;
        WantedBy++;
    }

    private sealed class EncodingComparer : IEqualityComparer<QueuedRow>
    {
        public bool Equals(QueuedRow? x, QueuedRow? y) =>
            ReferenceEquals(x, y)
            || (x is not null
                && y is not null
                && x.hash == y.hash
                && x.Encoding.IsTruncated == y.Encoding.IsTruncated
                && x.Encoding.InputIdsSpan.SequenceEqual(y.Encoding.InputIdsSpan)
                && x.Encoding.TokenTypeIdsSpan.SequenceEqual(y.Encoding.TokenTypeIdsSpan));

        public int GetHashCode([DisallowNull] QueuedRow obj) => obj.hash;
    }
}
