using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Lowercase</c>: scalar by scalar, without culture and without a final sigma.</summary>
internal sealed class LowercaseNormalizer : TextNormalizer
{
    public static LowercaseNormalizer Read(JsonSection json) => new();

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        Span<int> lowerCase = stackalloc int[UnicodeTable.LongestMapping];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                normalized.Append((char)(rune.Value is >= 'A' and <= 'Z' ? rune.Value | 0x20 : rune.Value));
                continue;
            }

            foreach (int scalar in lowerCase[..UnicodeCategories.ToLowerCase(rune.Value, lowerCase)])
            {
                normalized.AppendScalar(scalar);
            }
        }
    }

    public override void Align(AlignedText text)
    {
        Span<int> lowerCase = stackalloc int[UnicodeTable.LongestMapping];
        for (int i = 0; i < text.Count; i++)
        {
            int count = UnicodeCategories.ToLowerCase(text[i], lowerCase);
            text.TakeAs(lowerCase[..count]);
        }

        text.EndStep();
    }
}
