using System.Numerics;

namespace Batching.Tokenization;

/// <summary>The merges of byte-pair encoding by the pair that they merge. Immutable and thread-safe.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that is not merged: after every other.</summary>
    public const int NoRank = int.MaxValue;

    private const ulong Scatter = 0x9E3779B97F4A7C15;

    private readonly Slot[] slots;
    private readonly int[] mergedIds;
    private readonly int shift;

    /// <param name="merges">The merges by rank. A pair that is there twice has its later rank, as in Hugging Face.</param>
    public MergeTable(IReadOnlyList<TokenMerge> merges)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, merges.Count * 2));
        slots = new Slot[capacity];
        shift = 64 - BitOperations.Log2((uint)capacity);
        mergedIds = new int[merges.Count];
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right, mergedIds[rank]) = merges[rank];
            slots[FindSlot(KeyOf(left, right))] = new Slot(KeyOf(left, right), rank + 1);
        }
    }

    /// <returns>The rank of the merge of two tokens, or <see cref="NoRank"/>.</returns>
    public int RankOf(int left, int right)
    {
        int next = slots[FindSlot(KeyOf(left, right))].NextRank;
        return next == 0 ? NoRank : next - 1;
    }

    /// <summary>What the merge of a rank makes.</summary>
    public int MergedId(int rank) => mergedIds[rank];

    private static ulong KeyOf(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    // The slot of the pair, or the empty one where it would go: the table is never more than half full.
    private int FindSlot(ulong key)
    {
        Slot[] table = slots;
        int index = (int)((key * Scatter) >> shift);
        while (true)
        {
            ref readonly Slot slot = ref table[index];
            if (slot.NextRank == 0 || slot.Key == key)
            {
                return index;
            }

            index = (index + 1) & (table.Length - 1);
        }
    }

    // Rank + 1, so that 0 is an empty slot.
    private readonly record struct Slot(ulong Key, int NextRank);
}
