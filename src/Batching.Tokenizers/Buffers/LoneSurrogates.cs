namespace Batching.Tokenization;

/// <summary>What a text's UTF-8 has U+FFFD for.</summary>
internal static class LoneSurrogates
{
    public static void Replace(Span<char> text)
    {
        int position = 0;
        while (text[position..].IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var next)
        {
            position += next;
            if (char.IsHighSurrogate(text[position]) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]))
            {
                position += 2;
            }
            else
            {
                text[position++] = '\uFFFD';
            }
        }
    }
}
