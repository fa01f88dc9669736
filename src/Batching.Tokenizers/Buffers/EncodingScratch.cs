namespace Batching.Tokenization;

/// <summary>Buffers for the text at hand, one set a thread, so that encoding allocates nothing but its result.</summary>
internal sealed class EncodingScratch
{
    // A huge text's buffers are given back; those of ordinary texts stay for the next one.
    private const int KeptCapacity = 1 << 16;

    [ThreadStatic]
    private static EncodingScratch? current;

    private EncodingScratch()
    {
    }

    public static EncodingScratch Current => current ??= new EncodingScratch();

    /// <summary>The tokens of the text.</summary>
    public IdBuffer First { get; } = new();

    /// <summary>The tokens of its pair.</summary>
    public IdBuffer Second { get; } = new();

    /// <summary>The row made of both.</summary>
    public TokenRows Rows { get; } = new();

    /// <summary>A stretch of the text, normalized.</summary>
    public CharBuffer Normalized { get; } = new();

    /// <summary>A stretch of the text between two steps of a sequence of normalizers.</summary>
    public CharBuffer Step { get; } = new();

    /// <summary>The same after the next step.</summary>
    public CharBuffer OtherStep { get; } = new();

    public static void Trim(CharBuffer buffer)
    {
        if (buffer.Capacity > KeptCapacity)
        {
            buffer.Dispose();
        }
    }

    public void Release()
    {
        Release(First);
        Release(Second);
        Rows.Clear();
    }

    private static void Release(IdBuffer buffer)
    {
        if (buffer.Capacity > KeptCapacity)
        {
            buffer.Dispose();
        }

        buffer.Clear();
    }
}
