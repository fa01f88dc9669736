namespace Batching.Tokenization;

/// <summary>What kind of character a Unicode scalar is, by Hugging Face's Rust library.</summary>
internal static class UnicodeCategories
{
    /// <summary>Whether <c>\p{L}</c> matches.</summary>
    public static bool IsLetter(int scalar) => Has(scalar, UnicodeProperties.Letter);

    /// <summary>Whether <c>\p{N}</c> matches.</summary>
    public static bool IsNumber(int scalar) => Has(scalar, UnicodeProperties.Number);

    /// <summary>Whether <c>Digits</c> takes it for a number.</summary>
    // Rust's own tables are of Unicode 17, and have a few numbers that those of its regular expressions do not have yet.
    public static bool IsNumeric(int scalar) => IsNumber(scalar) || scalar is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    /// <summary>
    /// Whether it is white space: for <c>\s</c>, for <c>Strip</c> and <c>WhitespaceSplit</c>, and for an added token with
    /// <c>lstrip</c> or <c>rstrip</c>. They all agree.
    /// </summary>
    public static bool IsWhiteSpace(int scalar) => Has(scalar, UnicodeProperties.WhiteSpace);

    /// <summary>Whether <c>\w</c> matches, so that an added token with <c>single_word</c> is not found beside it.</summary>
    public static bool IsWord(int scalar) => Has(scalar, UnicodeProperties.Word);

    /// <summary>Whether <c>StripAccents</c> drops it.</summary>
    public static bool IsMark(int scalar) => Has(scalar, UnicodeProperties.Mark);

    /// <summary>Writes the lower case of <paramref name="scalar"/>, itself if it has none. No rule looks at what is around it.</summary>
    /// <returns>How many scalars were written, at most <see cref="UnicodeTable.LongestMapping"/>.</returns>
    public static int ToLowerCase(int scalar, Span<int> destination)
    {
        ReadOnlySpan<int> lowerCase = UnicodeTable.LowerCaseOf(scalar);
        if (lowerCase.IsEmpty)
        {
            destination[0] = scalar;
            return 1;
        }

        lowerCase.CopyTo(destination);
        return lowerCase.Length;
    }

    private static bool Has(int scalar, UnicodeProperties property) => (UnicodeTable.PropertiesOf(scalar) & property) != 0;
}
