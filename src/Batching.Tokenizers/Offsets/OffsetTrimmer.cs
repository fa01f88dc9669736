using System.Text;

namespace Batching.Tokenization;

/// <summary>Takes the spaces of a token off its offset: Hugging Face's <c>process_offsets</c>.</summary>
/// <remarks>It counts the spaces of the token, not of the text, in Unicode scalars.</remarks>
internal static class OffsetTrimmer
{
    private static readonly char Space = ByteAlphabet.CharOf((byte)' ');

    public static Range Trim(PlacedToken token, string text, bool isFirst, bool keepsFirstSpace)
    {
        (_, string spelling, int start, int end) = token;
        int leading = 0;
        while (leading < spelling.Length && IsSpace(spelling[leading]))
        {
            leading++;
        }

        int trailing = 0;
        while (trailing < spelling.Length && IsSpace(spelling[^(trailing + 1)]))
        {
            trailing++;
        }

        // A single space before the first token was put there; several were not.
        if (keepsFirstSpace && leading == 1 && (isFirst || start == 0))
        {
            leading = 0;
        }

        for (; leading > 0 && start < end; leading--)
        {
            Rune.DecodeFromUtf16(text.AsSpan(start), out _, out int width);
            start += width;
        }

        for (; trailing > 0 && end > start; trailing--)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, end), out _, out int width);
            end -= width;
        }

        return start..end;
    }

    private static bool IsSpace(char c) => c == Space || (!char.IsSurrogate(c) && UnicodeCategories.IsWhiteSpace(c));
}
