using System.Runtime.CompilerServices;
using System.Text;

namespace Batching.Tokenization;

/// <summary>The words of GPT-2's pattern, which byte-level tokenizers split a text into.</summary>
/// <remarks>
/// <para>The pattern: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c></para>
/// <para>
/// In words: a run of letters, of numbers or of other signs, with the space before it if there is one; the endings after an
/// apostrophe; and white space, of which the last character goes with what follows, or is a word of its own.
/// </para>
/// </remarks>
internal static class ByteLevelWords
{
    private const int AsciiCount = 128;

    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        Space,
    }

    private static readonly Kind[] AsciiKinds = [.. Enumerable.Range(0, AsciiCount).Select(LookUp)];

    /// <summary>The length of the first word of a text that is not empty.</summary>
    public static int LengthOfFirst(ReadOnlySpan<char> text)
    {
        char first = text[0];
        if (first == '\'' && LengthOfEnding(text) is > 0 and var ending)
        {
            return ending;
        }

        int start = first == ' ' && text.Length > 1 ? 1 : 0;
        Kind kind = KindAt(text, start, out int width);
        if (kind != Kind.Space)
        {
            return EndOfRun(text, start + width, kind);
        }

        return LengthOfSpace(text);
    }

    /// <summary>The length of the first word of a space and a text that is not empty, the space not counted: perhaps 0.</summary>
    public static int LengthOfFirstAfterSpace(ReadOnlySpan<char> text)
    {
        Kind kind = KindAt(text, 0, out int width);
        if (kind != Kind.Space)
        {
            return EndOfRun(text, width, kind);
        }

        int end = EndOfRun(text, width, kind);
        return end == text.Length ? end : end - 1;
    }

    // White space is within the basic plane, so that its last character is its last unit.
    private static int LengthOfSpace(ReadOnlySpan<char> text)
    {
        int end = EndOfRun(text, 0, Kind.Space);
        return end == text.Length || end == 1 ? end : end - 1;
    }

    private static int LengthOfEnding(ReadOnlySpan<char> text)
    {
        if (text.Length >= 3 && (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l'))
        {
            return 3;
        }

        return text.Length >= 2 && text[1] is 's' or 't' or 'm' or 'd' ? 2 : 0;
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int position, Kind kind)
    {
        while (position < text.Length && KindAt(text, position, out int width) == kind)
        {
            position += width;
        }

        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Kind KindAt(ReadOnlySpan<char> text, int position, out int width)
    {
        char c = text[position];
        if (c < AsciiCount)
        {
            width = 1;
            return AsciiKinds[c];
        }

        return LookUpAt(text, position, out width);
    }

    private static Kind LookUpAt(ReadOnlySpan<char> text, int position, out int width)
    {
        Rune.DecodeFromUtf16(text[position..], out Rune rune, out width);
        return LookUp(rune.Value);
    }

    private static Kind LookUp(int scalar) =>
        UnicodeCategories.IsLetter(scalar) ? Kind.Letter
        : UnicodeCategories.IsNumber(scalar) ? Kind.Number
        : UnicodeCategories.IsWhiteSpace(scalar) ? Kind.Space
        : Kind.Other;
}
