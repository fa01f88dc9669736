using System.Text;

namespace Batching.Tokenization;

/// <summary>The boundaries of extended grapheme clusters, by the Unicode data of Hugging Face's Rust library.</summary>
internal static class GraphemeClusters
{
    /// <summary>The length in UTF-16 units of the cluster that <paramref name="text"/> starts with.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="joinsConjuncts">Whether consonants with a linker between them are one cluster, as since Unicode 15.1; Oniguruma's <c>\X</c> is older.</param>
    /// <param name="followsHalfFlag">Whether a regional indicator before the text takes the first one of it.</param>
    public static int LengthOfFirst(ReadOnlySpan<char> text, bool joinsConjuncts = true, bool followsHalfFlag = false)
    {
        GraphemeClass previous = Next(text, out int length);
        if (previous == GraphemeClass.Control)
        {
            return text.StartsWith("\r\n", StringComparison.Ordinal) ? 2 : length;
        }

        // A pictograph and marks that extend it join the next pictograph once a joiner is among them; a consonant joins
        // the next consonant once a linker is.
        Joint pictograph = previous == GraphemeClass.Pictographic ? Joint.Open : Joint.None;
        Joint consonant = joinsConjuncts && previous == GraphemeClass.Consonant ? Joint.Open : Joint.None;
        bool isHalfFlag = !followsHalfFlag && IsRegionalIndicator(text);
        while (length < text.Length)
        {
            GraphemeClass next = Next(text[length..], out int width);
            if (isHalfFlag && IsRegionalIndicator(text[length..]))
            {
                (isHalfFlag, previous) = (false, next);
                length += width;
                continue;
            }

            isHalfFlag = false;
            if (!Joins(previous, next, pictograph, consonant))
            {
                break;
            }

            pictograph = next switch
            {
                GraphemeClass.Pictographic => Joint.Open,
                GraphemeClass.ZeroWidthJoiner when pictograph == Joint.Open => Joint.Joining,
                GraphemeClass.Extend or GraphemeClass.ConjunctExtend or GraphemeClass.Linker when pictograph == Joint.Open => Joint.Open,
                _ => Joint.None,
            };
            consonant = next switch
            {
                GraphemeClass.Consonant when joinsConjuncts => Joint.Open,
                GraphemeClass.Linker when consonant != Joint.None => Joint.Joining,
                GraphemeClass.ConjunctExtend or GraphemeClass.ZeroWidthJoiner => consonant,
                _ => Joint.None,
            };
            previous = next;
            length += width;
        }

        return length;
    }

    /// <summary>Whether a text ends with a regional indicator that makes no flag with one before it.</summary>
    public static bool EndsWithHalfFlag(ReadOnlySpan<char> text)
    {
        bool isHalf = false;
        while (text.Length >= 2 && IsRegionalIndicator(text[^2..]))
        {
            isHalf = !isHalf;
            text = text[..^2];
        }

        return isHalf;
    }

    private enum Joint
    {
        None,
        Open,
        Joining,
    }

    // Two of them are a flag.
    private static bool IsRegionalIndicator(ReadOnlySpan<char> text) => text.Length >= 2 && text[0] == '\uD83C' && text[1] is >= '\uDDE6' and <= '\uDDFF';

    private static GraphemeClass Next(ReadOnlySpan<char> text, out int width)
    {
        Rune.DecodeFromUtf16(text, out Rune rune, out width);
        return UnicodeTable.GraphemeClassOf(rune.Value);
    }

    private static bool Joins(GraphemeClass previous, GraphemeClass next, Joint pictograph, Joint consonant) => next switch
    {
        GraphemeClass.Control => false,
        GraphemeClass.Extend or GraphemeClass.ConjunctExtend or GraphemeClass.Linker
            or GraphemeClass.ZeroWidthJoiner or GraphemeClass.SpacingMark => true,
        _ when previous == GraphemeClass.Prepend => true,
        GraphemeClass.Pictographic => pictograph == Joint.Joining,
        GraphemeClass.Consonant => consonant == Joint.Joining,
        GraphemeClass.LeadingJamo or GraphemeClass.OpenSyllable or GraphemeClass.ClosedSyllable => previous == GraphemeClass.LeadingJamo,
        GraphemeClass.VowelJamo => previous is GraphemeClass.LeadingJamo or GraphemeClass.VowelJamo or GraphemeClass.OpenSyllable,
        GraphemeClass.TrailingJamo => previous is GraphemeClass.VowelJamo or GraphemeClass.OpenSyllable
            or GraphemeClass.TrailingJamo or GraphemeClass.ClosedSyllable,
        _ => false,
    };
}
