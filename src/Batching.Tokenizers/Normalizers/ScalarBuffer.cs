using System.Buffers;
using System.Text;

namespace Batching.Tokenization;

/// <summary>A growing text of normalized scalars that puts runs of combining scalars into canonical order.</summary>
/// <remarks>Lives on the stack until it outgrows the span it was given; <see cref="Dispose"/> returns what it rented.</remarks>
internal ref struct ScalarBuffer(Span<char> initial)
{
    private Span<char> chars = initial;
    private char[]? rented;
    private int length;
    private int runStart;
    private byte lastCombiningClass;
    private bool runIsUnsorted;

    public readonly int Length => length;

    /// <summary>What was appended. Call <see cref="EndRun"/> first.</summary>
    public readonly ReadOnlySpan<char> Text => chars[..length];

    /// <summary>Room for at least <paramref name="count"/> more characters, counted in by <see cref="Advance"/>.</summary>
    public Span<char> Reserve(int count)
    {
        if (chars.Length - length < count)
        {
            Grow(count);
        }

        return chars[length..];
    }

    public void Advance(int count) => length += count;

    public void Clear()
    {
        length = 0;
        runStart = 0;
        lastCombiningClass = 0;
        runIsUnsorted = false;
    }

    public void Append(scoped ReadOnlySpan<char> text)
    {
        text.CopyTo(Reserve(text.Length));
        length += text.Length;
    }

    public void Append(int scalar) => length += new Rune(scalar).EncodeToUtf16(Reserve(2));

    /// <summary>Appends a scalar of a decomposed text, which the canonical order may move within its run.</summary>
    public void AppendInOrder(int scalar)
    {
        byte combiningClass = ScalarTable.CombiningClassOf(scalar);
        if (combiningClass == 0)
        {
            EndRun();
            Append(scalar);
            runStart = length;
            return;
        }

        runIsUnsorted |= combiningClass < lastCombiningClass;
        lastCombiningClass = combiningClass;
        Append(scalar);
    }

    /// <summary>Ends the run of combining scalars, if one is open: nothing appended later moves before it.</summary>
    public void EndRun()
    {
        if (runIsUnsorted)
        {
            SortRun();
        }

        runStart = length;
        lastCombiningClass = 0;
        runIsUnsorted = false;
    }

    public readonly void Dispose()
    {
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    // OrderBy is stable, as the canonical order demands, and rare: few scalars of a combining class are not dropped.
    private readonly void SortRun()
    {
        Span<char> run = chars[runStart..length];
        int position = 0;
        foreach (Rune rune in run.ToString().EnumerateRunes().OrderBy(rune => ScalarTable.CombiningClassOf(rune.Value)))
        {
            position += rune.EncodeToUtf16(run[position..]);
        }
    }

    private void Grow(int needed)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(chars.Length * 2, length + needed));
        Text.CopyTo(larger);
        Dispose();
        chars = rented = larger;
    }
}
