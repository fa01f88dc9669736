using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>StripAccents</c>: drops every mark, and takes none off a letter that is composed with it.</summary>
internal sealed class StripAccentsNormalizer : TextNormalizer
{
    public static StripAccentsNormalizer Read(JsonSection json) => new();

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!UnicodeCategories.IsMark(rune.Value))
            {
                normalized.AppendScalar(rune.Value);
            }
        }
    }

    public override void Align(AlignedText text) => text.Keep(scalar => !UnicodeCategories.IsMark(scalar));
}
