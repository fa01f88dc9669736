using System.Runtime.CompilerServices;

namespace Batching.Tokenization;

/// <summary>A set of Unicode scalars that is asked often: two look-ups, and none for ASCII. Immutable and thread-safe.</summary>
internal sealed class ScalarSet
{
    private const int PageShift = 8;
    private const int PageSize = 1 << PageShift;
    private const int WordsPerPage = PageSize / 64;
    private const int PageCount = 0x110000 >> PageShift;

    private readonly ulong firstAscii;
    private readonly ulong secondAscii;
    private readonly ushort[] pageOfBlock = new ushort[PageCount];
    private readonly ulong[] pages;

    public ScalarSet(ScalarRanges ranges)
    {
        // The first page is empty, the second full, and both are shared.
        List<ulong> words = [0, 0, 0, 0, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue];
        foreach ((int first, int last) in ranges.Items)
        {
            for (int block = first >> PageShift; block <= last >> PageShift; block++)
            {
                int from = Math.Max(first, block << PageShift) & (PageSize - 1);
                int to = Math.Min(last, (block << PageShift) + PageSize - 1) & (PageSize - 1);
                if (from == 0 && to == PageSize - 1)
                {
                    pageOfBlock[block] = 1;
                    continue;
                }

                if (pageOfBlock[block] == 0)
                {
                    pageOfBlock[block] = (ushort)(words.Count / WordsPerPage);
                    words.AddRange([0, 0, 0, 0]);
                }

                for (int i = from; i <= to; i++)
                {
                    words[(pageOfBlock[block] * WordsPerPage) + (i >> 6)] |= 1UL << i;
                }
            }
        }

        pages = [.. words];
        firstAscii = pages[pageOfBlock[0] * WordsPerPage];
        secondAscii = pages[(pageOfBlock[0] * WordsPerPage) + 1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int scalar) => scalar < 64
        ? ((firstAscii >> scalar) & 1) != 0
        : scalar < 128 ? ((secondAscii >> scalar) & 1) != 0 : ContainsOther(scalar);

    private bool ContainsOther(int scalar) =>
        ((pages[(pageOfBlock[scalar >> PageShift] * WordsPerPage) + ((scalar & (PageSize - 1)) >> 6)] >> scalar) & 1) != 0;
}
