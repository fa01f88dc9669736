using System.Buffers;

namespace Batching.Tokenization;

/// <summary>Merges the symbols of one word: the pair of the lowest rank first, of several the leftmost.</summary>
/// <remarks>
/// A short word is searched for its best pair again and again, which nothing beats; a long one has its pairs in a heap, so
/// that a megabyte without a space costs n log n. Thread-safe.
/// </remarks>
internal sealed class WordMerger(MergeTable merges)
{
    private const int ShortWord = 128;
    private const int None = -1;

    /// <summary>Merges symbols in place.</summary>
    /// <param name="symbols">The ids of the word's symbols.</param>
    /// <param name="lengths">How long each is, to be added up; empty where nobody asks.</param>
    /// <returns>How many symbols are left.</returns>
    public int Merge(Span<int> symbols, Span<int> lengths) =>
        symbols.Length <= ShortWord ? MergeShort(symbols, lengths) : MergeLong(symbols, lengths);

    private int MergeShort(Span<int> symbols, Span<int> lengths)
    {
        Span<int> ranks = stackalloc int[ShortWord];
        int last = symbols.Length - 1;
        for (int i = 0; i < last; i++)
        {
            ranks[i] = merges.RankOf(symbols[i], symbols[i + 1]);
        }

        while (last > 0)
        {
            int best = 0;
            int rank = ranks[0];
            for (int i = 1; i < last; i++)
            {
                if (ranks[i] < rank)
                {
                    best = i;
                    rank = ranks[i];
                }
            }

            if (rank == MergeTable.NoRank)
            {
                break;
            }

            symbols[best] = merges.MergedId(rank);
            symbols[(best + 2)..(last + 1)].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..last].CopyTo(ranks[best..]);
            if (!lengths.IsEmpty)
            {
                lengths[best] += lengths[best + 1];
                lengths[(best + 2)..(last + 1)].CopyTo(lengths[(best + 1)..]);
            }

            last--;
            if (best > 0)
            {
                ranks[best - 1] = merges.RankOf(symbols[best - 1], symbols[best]);
            }

            if (best < last)
            {
                ranks[best] = merges.RankOf(symbols[best], symbols[best + 1]);
            }
        }

        return last + 1;
    }

    private int MergeLong(Span<int> symbols, Span<int> lengths)
    {
        int[] links = ArrayPool<int>.Shared.Rent(symbols.Length * 2);
        Span<int> previous = links.AsSpan(0, symbols.Length);
        Span<int> next = links.AsSpan(symbols.Length, symbols.Length);
        var heap = new RankHeap(symbols.Length);
        for (int i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < symbols.Length ? i + 1 : None;
            AddPair(symbols, i, next[i], ref heap);
        }

        while (heap.TryTake(out int rank, out int left))
        {
            // A pair that was there when it was put into the heap may be gone, or be another.
            int right = symbols[left] == None ? None : next[left];
            if (right == None || merges.RankOf(symbols[left], symbols[right]) != rank)
            {
                continue;
            }

            symbols[left] = merges.MergedId(rank);
            symbols[right] = None;
            if (!lengths.IsEmpty)
            {
                lengths[left] += lengths[right];
            }

            next[left] = next[right];
            if (next[left] != None)
            {
                previous[next[left]] = left;
            }

            AddPair(symbols, previous[left], left, ref heap);
            AddPair(symbols, left, next[left], ref heap);
        }

        heap.Dispose();
        ArrayPool<int>.Shared.Return(links);
        int count = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            if (symbols[i] != None)
            {
                symbols[count] = symbols[i];
                if (!lengths.IsEmpty)
                {
                    lengths[count] = lengths[i];
                }

                count++;
            }
        }

        return count;
    }

    private void AddPair(ReadOnlySpan<int> symbols, int left, int right, ref RankHeap heap)
    {
        if (left != None && right != None && merges.RankOf(symbols[left], symbols[right]) is not MergeTable.NoRank and var rank)
        {
            heap.Add(rank, left);
        }
    }
}
