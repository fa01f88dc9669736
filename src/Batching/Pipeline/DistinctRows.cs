using System.Runtime.InteropServices;

namespace Batching.Pipeline;

/// <summary>The rows that a call has met so far: a text that comes again is recognized by its ids and token types.</summary>
/// <remarks>
/// Bounded: once it holds as many ids as fit, new rows are no longer remembered. The table belongs to the thread that plans,
/// the logits to the thread that gives results; neither is locked.
/// </remarks>
internal sealed class DistinctRows(int labelCount) : IDisposable
{
    /// <summary>What <see cref="Find"/> says of a row that is neither known nor remembered.</summary>
    public const int Unknown = -1;

    // 8 MB of ids.
    private const int MostIds = 1 << 21;

    private readonly TokenRows rows = new();
    private readonly List<int> hashes = [];
    private int[] table = new int[1024];
    private float[] logits = [];
    private int ids;

    /// <summary>The number by which the row is remembered, from 0 in the order of their first coming.</summary>
    /// <param name="row">The ids.</param>
    /// <param name="types">The token type ids, or nothing where all are 0.</param>
    /// <param name="isNew">Whether it is remembered from now on.</param>
    public int Find(ReadOnlySpan<int> row, ReadOnlySpan<int> types, out bool isNew)
    {
        var builder = default(HashCode);
        builder.AddBytes(MemoryMarshal.AsBytes(row));
        int hash = builder.ToHashCode();
        int index = hash & (table.Length - 1);
        isNew = false;

        // A cell holds one more than a row's number; 0 is an empty one.
        while (table[index] != 0)
        {
            int known = table[index] - 1;
            if (hashes[known] == hash && rows[known].SequenceEqual(row) && AreSame(rows.TokenTypeIdsOf(known), types))
            {
                return known;
            }

            index = (index + 1) & (table.Length - 1);
        }

        if (ids + row.Length > MostIds)
        {
            return Unknown;
        }

        isNew = true;
        ids += row.Length;
        rows.Add(row, types, isTruncated: false);
        hashes.Add(hash);
        table[index] = rows.Count;
        if (rows.Count * 2 > table.Length)
        {
            Grow();
        }

        return rows.Count - 1;
    }

    /// <summary>The logits of a remembered row; written when they are known, read when it comes again.</summary>
    public Span<float> LogitsOf(int number)
    {
        int end = (number + 1) * labelCount;
        if (end > logits.Length)
        {
            Array.Resize(ref logits, Math.Max(end, logits.Length * 2));
        }

        return logits.AsSpan(end - labelCount, labelCount);
    }

    public void Dispose() => rows.Dispose();

    private static bool AreSame(ReadOnlySpan<int> types, ReadOnlySpan<int> others) =>
        types.IsEmpty ? !others.ContainsAnyExcept(0)
        : others.IsEmpty ? !types.ContainsAnyExcept(0)
        : types.SequenceEqual(others);

    private void Grow()
    {
        table = new int[table.Length * 2];
        for (int number = 0; number < hashes.Count; number++)
        {
            int index = hashes[number] & (table.Length - 1);
            while (table[index] != 0)
            {
                index = (index + 1) & (table.Length - 1);
            }

            table[index] = number + 1;
        }
    }
}
