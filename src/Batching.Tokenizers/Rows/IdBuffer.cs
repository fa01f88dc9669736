using System.Buffers;
using System.Runtime.CompilerServices;

namespace Batching.Tokenization;

/// <summary>A growing list of numbers in pooled memory. Not thread-safe.</summary>
internal sealed class IdBuffer : IDisposable
{
    private int[] items = [];

    public int Count { get; private set; }

    public int Capacity => items.Length;

    public ReadOnlySpan<int> Span => items.AsSpan(0, Count);

    /// <summary>What <see cref="Span"/> holds, to be changed in place; valid until the next addition.</summary>
    public Span<int> Items => items.AsSpan(0, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int item)
    {
        int[] array = items;
        int count = Count;
        if ((uint)count < (uint)array.Length)
        {
            array[count] = item;
            Count = count + 1;
        }
        else
        {
            AddRange([item]);
        }
    }

    public void AddRange(ReadOnlySpan<int> range)
    {
        range.CopyTo(Reserve(range.Length));
    }

    public void AddRepeated(int item, int count) => Reserve(count).Fill(item);

    public void Clear() => Count = 0;

    /// <summary>Drops everything from <paramref name="count"/> on.</summary>
    public void CutTo(int count) => Count = Math.Min(Count, count);

    /// <summary>Drops everything before the last <paramref name="count"/>.</summary>
    public void KeepLast(int count)
    {
        int kept = Math.Min(Count, count);
        Span[^kept..].CopyTo(items);
        Count = kept;
    }

    public void Dispose()
    {
        int[] array = items;
        items = [];
        Count = 0;
        if (array.Length > 0)
        {
            ArrayPool<int>.Shared.Return(array);
        }
    }

    private Span<int> Reserve(int count)
    {
        int needed = checked(Count + count);
        if (needed > items.Length)
        {
            int[] larger = ArrayPool<int>.Shared.Rent(Math.Max(needed, (int)Math.Min(Array.MaxLength, items.Length * 2L)));
            Span.CopyTo(larger);
            int[] smaller = items;
            items = larger;
            if (smaller.Length > 0)
            {
                ArrayPool<int>.Shared.Return(smaller);
            }
        }

        Span<int> added = items.AsSpan(Count, count);
        Count = needed;
        return added;
    }
}
