using System.Text;

namespace Batching.AspNetCore.Tei;

/// <summary>The tokens of a text, with the characters that they stand for.</summary>
internal static class TextTokens
{
    // Where each character of a text went, on its way to the tokens.
    private const int BytesOfCharacter = 64;

    /// <summary>How much memory the characters of a text take while its tokens are found, in bytes.</summary>
    public static long BytesOf(string text) => (long)BytesOfCharacter * text.Length;

    /// <summary>How a text is encoded that is not cut.</summary>
    public static EncodingOptions Uncut(bool addSpecialTokens) => new() { AddSpecialTokens = addSpecialTokens, Truncation = TruncationStrategy.None };

    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text, which is not cut.</param>
    /// <param name="addSpecialTokens">Whether tokens such as <c>[CLS]</c> are put around it.</param>
    public static TokenInfo[] Of(SequenceTokenizer tokenizer, string text, bool addSpecialTokens)
    {
        OffsetEncoding encoding = tokenizer.EncodeWithOffsets(text, Uncut(addSpecialTokens));
        int[] ids = [.. encoding.Encoding.InputIds];
        IReadOnlyList<string> names = tokenizer.ConvertIdsToTokens(ids);
        int[] characters = CharacterIndexes(text);
        var tokens = new TokenInfo[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            Range? offset = encoding.Offsets[i];
            tokens[i] = new TokenInfo(
                ids[i],
                names[i],
                tokenizer.Decode([ids[i]], skipSpecialTokens: true).Length == 0,
                offset is { } start ? characters[start.Start.Value] : null,
                offset is { } stop ? characters[stop.End.Value] : null);
        }

        return tokens;
    }

    // Clients count characters, not UTF-16 units.
    private static int[] CharacterIndexes(string text)
    {
        var indexes = new int[text.Length + 1];
        int position = 0;
        int count = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            for (int end = position + rune.Utf16SequenceLength; position < end; position++)
            {
                indexes[position] = count;
            }

            count++;
        }

        indexes[position] = count;
        return indexes;
    }
}
