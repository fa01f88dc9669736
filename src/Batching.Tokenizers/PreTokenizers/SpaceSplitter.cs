using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>WhitespaceSplit</c>, <c>Metaspace</c>, one after the other, or neither: words between or from spaces.</summary>
/// <remarks>Finds one word after the other, without the pieces in between. Immutable and thread-safe.</remarks>
/// <param name="dropsWhiteSpace">Whether there is a <c>WhitespaceSplit</c>.</param>
/// <param name="metaspace">The <c>Metaspace</c>; null where there is none.</param>
internal sealed class SpaceSplitter(bool dropsWhiteSpace, MetaspacePreTokenizer? metaspace) : PreTokenizer
{
    private readonly bool splits = metaspace?.Splits ?? false;
    private readonly PrependScheme prependScheme = metaspace?.PrependScheme ?? PrependScheme.Never;

    /// <summary>What stands for a space; null where a space stays one.</summary>
    public char? Replacement { get; } = metaspace?.Replacement;

    /// <summary>Whether <see cref="Replacement"/> is put before a word.</summary>
    /// <param name="word">The word, not empty.</param>
    /// <param name="startsText">Whether nothing is before it in the text.</param>
    public bool PrependsTo(ReadOnlySpan<char> word, bool startsText) =>
        prependScheme != PrependScheme.Never
        && (startsText || prependScheme == PrependScheme.Always)
        && word[0] != ' '
        && word[0] != Replacement;

    /// <summary>Finds the next word of a normalized text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where to look from; behind the word afterwards.</param>
    /// <param name="start">Where the word starts.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetNext(ReadOnlySpan<char> text, ref int position, out int start)
    {
        while (dropsWhiteSpace && position < text.Length && IsWhiteSpace(text[position]))
        {
            position++;
        }

        start = position;
        if (position == text.Length)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[(start + 1)..];
        position = text.Length;
        if (dropsWhiteSpace)
        {
            for (int i = 0; i < rest.Length; i++)
            {
                if (IsWhiteSpace(rest[i]) || (splits && rest[i] == Replacement))
                {
                    position = start + 1 + i;
                    break;
                }
            }
        }
        else if (splits && rest.IndexOfAny(' ', Replacement!.Value) is >= 0 and var length)
        {
            position = start + 1 + length;
        }

        return true;
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PreTokenize(text.AsSpan());
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var words = new List<(int Offset, int Length)>();
        int position = 0;
        while (TryGetNext(text, ref position, out int start))
        {
            words.Add((start, position - start));
        }

        return words;
    }

    // No white space is beyond the Basic Multilingual Plane.
    private static bool IsWhiteSpace(char c) => !char.IsSurrogate(c) && UnicodeCategories.IsWhiteSpace(c);
}
