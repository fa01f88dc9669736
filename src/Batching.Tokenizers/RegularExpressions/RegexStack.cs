namespace Batching.Tokenization;

/// <summary>What a regular expression may go back to, of the thread: grows as it is needed.</summary>
internal sealed class RegexStack
{
    private const int FrameSize = 4;

    // A text of millions of characters may have to be given back one by one; no more than that.
    private const int MostFrames = 1 << 23;
    private const int KeptFrames = 1 << 12;

    [ThreadStatic]
    private static RegexStack? current;

    private int[] items = new int[FrameSize * 64];

    public static RegexStack Current => current ??= new RegexStack();

    public int Count { get; set; }

    /// <summary>The last frame.</summary>
    public Span<int> Last => items.AsSpan(Count - FrameSize, FrameSize);

    public void Push(int kind, int position, int other, int third)
    {
        if (Count + FrameSize > items.Length)
        {
            if (items.Length >= MostFrames * FrameSize)
            {
                throw TextRefusal.Of(
                    $"A regular expression of the tokenizer has more than {MostFrames} places to go back to in this text. Shorten the text, or use a tokenizer with another expression.");
            }

            Array.Resize(ref items, items.Length * 2);
        }

        items[Count] = kind;
        items[Count + 1] = position;
        items[Count + 2] = other;
        items[Count + 3] = third;
        Count += FrameSize;
    }

    public void Pop() => Count -= FrameSize;

    public void Clear()
    {
        Count = 0;
        if (items.Length > KeptFrames * FrameSize)
        {
            items = new int[FrameSize * 64];
        }
    }
}
