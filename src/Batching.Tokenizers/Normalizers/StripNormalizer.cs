namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Strip</c>: drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool stripsLeft, bool stripsRight) : TextNormalizer
{
    public static StripNormalizer Read(JsonSection json) => new(json.Boolean("strip_left") ?? true, json.Boolean("strip_right") ?? true);

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        // White space is within the basic plane.
        int start = 0;
        while (stripsLeft && start < text.Length && UnicodeCategories.IsWhiteSpace(text[start]))
        {
            start++;
        }

        int end = text.Length;
        while (stripsRight && end > start && UnicodeCategories.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        normalized.Append(text[start..end]);
    }

    public override void Align(AlignedText text)
    {
        int start = 0;
        while (stripsLeft && start < text.Count && UnicodeCategories.IsWhiteSpace(text[start]))
        {
            start++;
        }

        int end = text.Count;
        while (stripsRight && end > start && UnicodeCategories.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        text.Drop(start);
        text.Copy(end - start);
        text.EndStep();
    }
}
