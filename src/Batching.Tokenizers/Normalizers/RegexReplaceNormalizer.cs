using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Replace</c> of what a regular expression matches. The replacement is taken as it stands.</summary>
internal sealed class RegexReplaceNormalizer(RegularExpression expression, string content) : TextNormalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        // In an empty text Hugging Face looks for nothing.
        if (text.IsEmpty)
        {
            return;
        }

        var matches = new RegexMatches(expression, text);
        int position = 0;
        while (matches.MoveNext())
        {
            normalized.Append(text[position..matches.Start]);
            normalized.Append(content);
            position = matches.End;
        }

        normalized.Append(text[position..]);
    }

    public override void Align(AlignedText text)
    {
        string whole = text.ToText();
        if (whole.Length == 0)
        {
            return;
        }

        var matches = new RegexMatches(expression, whole);
        int position = 0;
        while (matches.MoveNext())
        {
            text.Copy(CountScalars(whole, position, matches.Start));
            text.Drop(CountScalars(whole, matches.Start, matches.End));
            text.Insert(content);
            position = matches.End;
        }

        text.Copy(CountScalars(whole, position, whole.Length));
        text.EndStep();
    }

    private static int CountScalars(string text, int start, int end)
    {
        int count = 0;
        foreach (Rune _ in text.AsSpan(start, end - start).EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
