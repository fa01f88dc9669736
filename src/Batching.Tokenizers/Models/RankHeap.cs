using System.Buffers;

namespace Batching.Tokenization;

/// <summary>Places in a word by rank: the lowest rank first, of several the leftmost place. A binary heap in pooled memory.</summary>
/// <param name="capacity">How many places to expect.</param>
internal ref struct RankHeap(int capacity)
{
    // A rank above its place is one number, which compares as both do.
    private ulong[] items = ArrayPool<ulong>.Shared.Rent(capacity);
    private int count;

    public void Add(int rank, int place)
    {
        if (count == items.Length)
        {
            ulong[] larger = ArrayPool<ulong>.Shared.Rent(count * 2);
            items.CopyTo(larger, 0);
            Dispose();
            items = larger;
        }

        ulong item = ((ulong)(uint)rank << 32) | (uint)place;
        int index = count++;
        while (index > 0 && items[(index - 1) / 2] > item)
        {
            items[index] = items[(index - 1) / 2];
            index = (index - 1) / 2;
        }

        items[index] = item;
    }

    public bool TryTake(out int rank, out int place)
    {
        if (count == 0)
        {
            rank = 0;
            place = 0;
            return false;
        }

        rank = (int)(items[0] >> 32);
        place = (int)(uint)items[0];
        ulong item = items[--count];
        int index = 0;
        while ((2 * index) + 1 < count)
        {
            int child = (2 * index) + 1;
            if (child + 1 < count && items[child + 1] < items[child])
            {
                child++;
            }

            if (items[child] >= item)
            {
                break;
            }

            items[index] = items[child];
            index = child;
        }

        items[index] = item;
        return true;
    }

    public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(items);
}
