using System.Text;

namespace Batching.Tokenization;

/// <summary>A regular expression as Hugging Face's library has them: Oniguruma's, over Unicode scalars. Immutable and thread-safe.</summary>
internal sealed class RegularExpression
{
    private RegularExpression(RegexProgram program, string pattern, bool mayMatchNothing)
    {
        Program = program;
        Pattern = pattern;
        MayMatchNothing = mayMatchNothing;
    }

    public RegexProgram Program { get; }

    /// <summary>How it is written.</summary>
    public string Pattern { get; }

    /// <summary>Whether a match may be empty.</summary>
    public bool MayMatchNothing { get; }

    /// <param name="pattern">The expression.</param>
    /// <param name="json">Where it is, for messages.</param>
    /// <exception cref="ModelLoadException">It is damaged, or not supported.</exception>
    public static RegularExpression Parse(string pattern, JsonSection json) => Parse(pattern, json.Refuse);

    /// <summary>An expression of which every character stands for itself.</summary>
    public static RegularExpression OfText(string text, JsonSection json) =>
        Create(new RegexNode.Sequence([.. text.EnumerateRunes().Select(rune => new RegexNode.Set(ScalarRanges.Of(rune.Value)))]), text, json.Refuse);

    /// <param name="pattern">The expression.</param>
    /// <param name="refuse">Makes the exception that says where the expression is.</param>
    /// <exception cref="ModelLoadException">It is damaged, or not supported.</exception>
    public static RegularExpression Parse(string pattern, Func<string, ModelLoadException> refuse)
    {
        Func<string, ModelLoadException> refusePattern = what => refuse(
            $"the regular expression '{Shortened(pattern)}' cannot be used: {what}. {SupportedTokenizers.Advice}");
        return Create(RegexParser.Parse(pattern, refusePattern), pattern, refusePattern);
    }

    /// <summary>Finds the first match from a position on.</summary>
    /// <param name="text">The text, all of which is seen; a lone surrogate counts as U+FFFD.</param>
    /// <param name="position">Where to look from.</param>
    /// <param name="budget">How many steps may be taken.</param>
    /// <param name="start">Where the match starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <exception cref="ArgumentException">It takes too many steps.</exception>
    public bool TryFind(ReadOnlySpan<char> text, int position, ref RegexBudget budget, out int start, out int end)
    {
        var matcher = new RegexMatcher(Program, text, ref budget);
        for (start = position; ; )
        {
            if (Program.FirstOf is { } first)
            {
                while (start < text.Length)
                {
                    char c = text[start];
                    if (c < 128)
                    {
                        if (first.Contains(c))
                        {
                            break;
                        }

                        start++;
                        continue;
                    }

                    Rune.DecodeFromUtf16(text[start..], out Rune rune, out int width);
                    if (first.Contains(rune.Value))
                    {
                        break;
                    }

                    start += width;
                }

                if (start == text.Length)
                {
                    end = start;
                    return false;
                }
            }

            if (matcher.TryMatch(start, out end))
            {
                return true;
            }

            if (start == text.Length)
            {
                return false;
            }

            Rune.DecodeFromUtf16(text[start..], out _, out int step);
            start += step;
        }
    }

    private static RegularExpression Create(RegexNode node, string pattern, Func<string, ModelLoadException> refuse) =>
        new(RegexCompiler.Compile(node, refuse), pattern, node.Length().Least == 0);

    private static string Shortened(string pattern) => pattern.Length <= 300 ? pattern : $"{pattern[..200]}...";
}
