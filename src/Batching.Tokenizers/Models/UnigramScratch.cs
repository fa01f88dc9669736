using System.Buffers;

namespace Batching.Tokenization;

/// <summary>Buffers for the word at hand, one set a thread.</summary>
internal sealed class UnigramScratch
{
    // A huge word's buffers are given back.
    private const int KeptCapacity = 1 << 14;

    [ThreadStatic]
    private static UnigramScratch? current;

    private PathNode[] path = [];

    private UnigramScratch()
    {
    }

    public static UnigramScratch Current => current ??= new UnigramScratch();

    /// <summary>The word, its spaces replaced.</summary>
    public CharBuffer Word { get; } = new();

    /// <summary>A node for each place in the word, the end among them, with unknown content.</summary>
    public Span<PathNode> PathOf(int count)
    {
        if (count > path.Length)
        {
            Return();
            path = ArrayPool<PathNode>.Shared.Rent(count);
        }

        return path.AsSpan(0, count);
    }

    public void Release()
    {
        if (Word.Capacity > KeptCapacity)
        {
            Word.Dispose();
        }

        if (path.Length > KeptCapacity)
        {
            Return();
        }
    }

    private void Return()
    {
        PathNode[] array = path;
        path = [];
        if (array.Length > 0)
        {
            ArrayPool<PathNode>.Shared.Return(array);
        }
    }
}
