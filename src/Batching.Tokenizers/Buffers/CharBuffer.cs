using System.Buffers;
using System.Text;

namespace Batching.Tokenization;

/// <summary>A growing text in pooled memory. Not thread-safe.</summary>
internal sealed class CharBuffer : IDisposable
{
    private char[] chars = [];

    public int Length { get; private set; }

    public int Capacity => chars.Length;

    public ReadOnlySpan<char> Span => chars.AsSpan(0, Length);

    /// <summary>What <see cref="Span"/> holds, to be changed in place; valid until the next addition.</summary>
    public Span<char> Items => chars.AsSpan(0, Length);

    public void Append(char c)
    {
        Reserve(1)[0] = c;
        Length++;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    /// <summary>Appends a Unicode scalar, which is no surrogate.</summary>
    public void AppendScalar(int scalar) => Length += new Rune(scalar).EncodeToUtf16(Reserve(2));

    /// <summary>Room for at least <paramref name="count"/> more characters, counted in by <see cref="Advance"/>.</summary>
    public Span<char> Reserve(int count)
    {
        int needed = checked(Length + count);
        if (needed > chars.Length)
        {
            char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(needed, (int)Math.Min(Array.MaxLength, chars.Length * 2L)));
            Span.CopyTo(larger);
            char[] smaller = chars;
            chars = larger;
            if (smaller.Length > 0)
            {
                ArrayPool<char>.Shared.Return(smaller);
            }
        }

        return chars.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Clear() => Length = 0;

    public void Dispose()
    {
        char[] array = chars;
        chars = [];
        Length = 0;
        if (array.Length > 0)
        {
            ArrayPool<char>.Shared.Return(array);
        }
    }
}
