using System.Text;

namespace Batching.Tokenization;

/// <summary>The normalization forms NFC, NFD, NFKC and NFKD, by the Unicode data of Hugging Face's Rust library.</summary>
/// <remarks>
/// Not <see cref="string.Normalize()"/>, which follows the machine's ICU and does nothing under invariant globalization.
/// Time is linear in the text, however many marks it stacks. Thread-safe: every thread has its own list of marks.
/// </remarks>
internal static class UnicodeNormalizer
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadingFirst = 0x1100;
    private const int LeadingCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TrailingBase = 0x11A7;
    private const int TrailingCount = 28;

    // The marks after a starter are kept as their combining class above the scalar.
    private const int ClassShift = 21;
    private const int ScalarMask = (1 << ClassShift) - 1;
    private const int FewMarks = 32;
    private const int KeptMarks = 1 << 12;
    private const int None = -1;

    [ThreadStatic]
    private static IdBuffer? threadMarks;

    [ThreadStatic]
    private static IdBuffer? threadSorted;

    /// <summary>Appends the normalized text to <paramref name="destination"/>; a lone surrogate becomes U+FFFD.</summary>
    public static void Normalize(NormalizationForm form, ReadOnlySpan<char> text, CharBuffer destination)
    {
        bool composes = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        bool isCompatibility = form is NormalizationForm.FormKC or NormalizationForm.FormKD;

        // Below this no character changes, unless something after it composes with it.
        char firstThatChanges = isCompatibility ? '\u00A0' : composes ? '\u0300' : '\u00C0';
        IdBuffer marks = threadMarks ??= new IdBuffer();
        marks.Clear();
        int starter = None;
        int position = 0;
        while (position < text.Length)
        {
            ReadOnlySpan<char> rest = text[position..];
            int plain = rest.IndexOfAnyExceptInRange('\0', (char)(firstThatChanges - 1));
            plain = plain < 0 ? rest.Length : plain;
            if (plain > 1)
            {
                Flush(ref starter, marks, composes, destination);
                destination.Append(rest[..(plain - 1)]);
                position += plain - 1;
                continue;
            }

            Rune.DecodeFromUtf16(rest, out Rune rune, out int width);
            position += width;
            int scalar = rune.Value;
            int syllable = scalar - HangulFirst;
            if ((uint)syllable < HangulCount)
            {
                if (composes)
                {
                    // What it would decompose to composes to itself again, and takes a trailing consonant as it would then.
                    Add(scalar, ref starter, marks, composes, destination);
                    continue;
                }

                Add(LeadingFirst + (syllable / (VowelCount * TrailingCount)), ref starter, marks, composes, destination);
                Add(VowelFirst + (syllable / TrailingCount % VowelCount), ref starter, marks, composes, destination);
                if (syllable % TrailingCount != 0)
                {
                    Add(TrailingBase + (syllable % TrailingCount), ref starter, marks, composes, destination);
                }

                continue;
            }

            ReadOnlySpan<int> parts = isCompatibility
                ? UnicodeTable.CompatibilityDecompositionOf(scalar)
                : UnicodeTable.CanonicalDecompositionOf(scalar);
            if (parts.IsEmpty)
            {
                Add(scalar, ref starter, marks, composes, destination);
            }

            foreach (int part in parts)
            {
                Add(part, ref starter, marks, composes, destination);
            }
        }

        Flush(ref starter, marks, composes, destination);
        if (marks.Capacity > KeptMarks)
        {
            marks.Dispose();
            threadSorted?.Dispose();
        }
    }

    /// <summary>Writes the full decomposition of <paramref name="scalar"/>, itself if it has none.</summary>
    /// <returns>How many scalars were written, at most <see cref="UnicodeTable.LongestMapping"/>.</returns>
    public static int Decompose(int scalar, bool isCompatibility, Span<int> destination)
    {
        int syllable = scalar - HangulFirst;
        if ((uint)syllable < HangulCount)
        {
            destination[0] = LeadingFirst + (syllable / (VowelCount * TrailingCount));
            destination[1] = VowelFirst + (syllable / TrailingCount % VowelCount);
            int trailing = syllable % TrailingCount;
            destination[2] = TrailingBase + trailing;
            return trailing == 0 ? 2 : 3;
        }

        ReadOnlySpan<int> parts = isCompatibility
            ? UnicodeTable.CompatibilityDecompositionOf(scalar)
            : UnicodeTable.CanonicalDecompositionOf(scalar);
        if (parts.IsEmpty)
        {
            destination[0] = scalar;
            return 1;
        }

        parts.CopyTo(destination);
        return parts.Length;
    }

    // Takes one scalar of the decomposed text.
    private static void Add(int scalar, ref int starter, IdBuffer marks, bool composes, CharBuffer destination)
    {
        int combiningClass = UnicodeTable.CombiningClassOf(scalar);
        if (combiningClass != 0)
        {
            marks.Add((combiningClass << ClassShift) | scalar);
            return;
        }

        if (composes && starter != None)
        {
            ComposeMarks(ref starter, marks);
            if (marks.Count == 0 && Compose(starter, scalar) is >= 0 and var composite)
            {
                starter = composite;
                return;
            }

            Write(starter, marks, destination);
        }
        else
        {
            Sort(marks);
            Write(starter, marks, destination);
        }

        starter = scalar;
    }

    private static void Flush(ref int starter, IdBuffer marks, bool composes, CharBuffer destination)
    {
        if (composes && starter != None)
        {
            ComposeMarks(ref starter, marks);
        }
        else
        {
            Sort(marks);
        }

        Write(starter, marks, destination);
        starter = None;
    }

    private static void Write(int starter, IdBuffer marks, CharBuffer destination)
    {
        if (starter != None)
        {
            destination.AppendScalar(starter);
        }

        foreach (int mark in marks.Span)
        {
            destination.AppendScalar(mark & ScalarMask);
        }

        marks.Clear();
    }

    // Sorts the marks and composes those with the starter that no mark of the same class or a higher one keeps from it.
    private static void ComposeMarks(ref int starter, IdBuffer marks)
    {
        if (marks.Count == 0)
        {
            return;
        }

        Sort(marks);
        int kept = 0;
        int lastClass = 0;
        Span<int> items = marks.Items;
        foreach (int mark in items)
        {
            int combiningClass = mark >> ClassShift;
            if (combiningClass > lastClass && Compose(starter, mark & ScalarMask) is >= 0 and var composite)
            {
                starter = composite;
            }
            else
            {
                lastClass = combiningClass;
                items[kept++] = mark;
            }
        }

        marks.CutTo(kept);
    }

    /// <returns>What two scalars compose to, or -1.</returns>
    public static int Compose(int first, int second)
    {
        int leading = first - LeadingFirst;
        if ((uint)leading < LeadingCount)
        {
            int vowel = second - VowelFirst;
            return (uint)vowel < VowelCount ? HangulFirst + (((leading * VowelCount) + vowel) * TrailingCount) : -1;
        }

        int syllable = first - HangulFirst;
        if ((uint)syllable < HangulCount)
        {
            int trailing = second - TrailingBase;
            return syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount ? first + trailing : -1;
        }

        return (UnicodeTable.PropertiesOf(second) & UnicodeProperties.ComposesWithPrevious) == 0
            ? -1
            : UnicodeTable.Compose(first, second);
    }

    // Stable, by class: a few marks by insertion; a text of nothing but marks by counting, in linear time.
    private static void Sort(IdBuffer marks)
    {
        Span<int> items = marks.Items;
        if (items.Length <= FewMarks)
        {
            for (int i = 1; i < items.Length; i++)
            {
                int mark = items[i];
                int place = i;
                while (place > 0 && items[place - 1] >> ClassShift > mark >> ClassShift)
                {
                    items[place] = items[place - 1];
                    place--;
                }

                items[place] = mark;
            }

            return;
        }

        Span<int> starts = stackalloc int[257];
        starts.Clear();
        foreach (int mark in items)
        {
            starts[(mark >> ClassShift) + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        IdBuffer sorted = threadSorted ??= new IdBuffer();
        sorted.Clear();
        sorted.AddRange(items);
        foreach (int mark in sorted.Span)
        {
            items[starts[mark >> ClassShift]++] = mark;
        }
    }
}
