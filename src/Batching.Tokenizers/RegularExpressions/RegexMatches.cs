using System.Text;

namespace Batching.Tokenization;

/// <summary>The matches of a regular expression in a text, one after the other.</summary>
/// <remarks>An empty match right behind another is none, as in Hugging Face's library.</remarks>
internal ref struct RegexMatches
{
    private readonly RegularExpression expression;
    private readonly ReadOnlySpan<char> text;
    private RegexBudget budget;
    private int position;
    private int lastEnd = -1;

    public RegexMatches(RegularExpression expression, ReadOnlySpan<char> text)
    {
        this.expression = expression;
        this.text = text;
        budget = new RegexBudget(text.Length);
    }

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <exception cref="ArgumentException">It takes too many steps.</exception>
    public bool MoveNext()
    {
        while (position <= text.Length && expression.TryFind(text, position, ref budget, out int start, out int end))
        {
            if (start == end && end == lastEnd)
            {
                if (position == text.Length)
                {
                    break;
                }

                Rune.DecodeFromUtf16(text[position..], out _, out int width);
                position += width;
                continue;
            }

            (Start, End) = (start, end);
            position = lastEnd = end;
            return true;
        }

        position = text.Length + 1;
        return false;
    }
}
