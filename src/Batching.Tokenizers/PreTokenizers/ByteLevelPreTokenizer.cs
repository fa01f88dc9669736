using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>ByteLevel</c> pre-tokenizer.</summary>
/// <param name="addsPrefixSpace">Whether a text that does not start with a space is split as if it did.</param>
/// <param name="splits">Whether a text is split as GPT-2 does; otherwise it is one word.</param>
/// <remarks>The space that is put before a text has no place in it: the first word may be empty where it is the space alone.</remarks>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool splits) : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PreTokenize(text.AsSpan());
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var words = new List<(int Offset, int Length)>();
        for (int position = 0; position < text.Length;)
        {
            int length = LengthOfWord(text, position, isFirst: words.Count == 0);
            words.Add((position, length));
            position += length;
        }

        return words;
    }

    /// <summary>The length of the word that starts at a position of a text that goes on there.</summary>
    public int LengthOfWord(ReadOnlySpan<char> text, int position, bool isFirst) =>
        !splits ? text.Length
        : isFirst && AddsSpaceBefore(text) ? ByteLevelWords.LengthOfFirstAfterSpace(text)
        : ByteLevelWords.LengthOfFirst(text[position..]);

    /// <summary>Whether a space is put before a text, or before the first word of one.</summary>
    public bool AddsSpaceBefore(ReadOnlySpan<char> text) => addsPrefixSpace && !text.StartsWith(' ');
}
