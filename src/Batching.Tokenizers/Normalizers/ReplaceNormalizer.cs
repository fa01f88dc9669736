using System.Buffers;
using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Replace</c> of a literal text.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : TextNormalizer
{
    // What means something else than itself in a regular expression.
    private static readonly SearchValues<char> Operators = SearchValues.Create("\\^$.|?*+()[]{}#");

    public static TextNormalizer Read(JsonSection json)
    {
        string content = json.String("content") ?? throw json.Refuse("the Replace has no 'content'. Download the file again.");
        JsonSection pattern = json.Section("pattern") ?? throw json.Refuse("the Replace has no 'pattern'. Download the file again.");
        if (pattern.String("String") is { Length: > 0 } text)
        {
            return new ReplaceNormalizer(text, content);
        }

        return pattern.String("Regex") is not { Length: > 0 } expression ? new RegexReplaceNormalizer(PatternJson.Read(pattern), content)
            : !expression.AsSpan().ContainsAny(Operators) ? new ReplaceNormalizer(expression, content)
            : (TextNormalizer?)SpaceRunNormalizer.Of(expression, content) ?? new RegexReplaceNormalizer(RegularExpression.Parse(expression, pattern), content);
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        ReadOnlySpan<char> rest = text;
        int found;
        while ((found = rest.IndexOf(pattern, StringComparison.Ordinal)) >= 0)
        {
            normalized.Append(rest[..found]);
            normalized.Append(content);
            rest = rest[(found + pattern.Length)..];
        }

        normalized.Append(rest);
    }

    public override void Align(AlignedText text)
    {
        Rune[] scalars = [.. pattern.EnumerateRunes()];
        for (int i = 0; i < text.Count;)
        {
            if (IsAt(text, i, scalars))
            {
                text.Drop(scalars.Length);
                text.Insert(content);
                i += scalars.Length;
            }
            else
            {
                text.Copy(1);
                i++;
            }
        }

        text.EndStep();
    }

    private static bool IsAt(AlignedText text, int position, Rune[] scalars)
    {
        if (scalars.Length > text.Count - position)
        {
            return false;
        }

        for (int i = 0; i < scalars.Length; i++)
        {
            if (text.Unit(position + i) != scalars[i].Value)
            {
                return false;
            }
        }

        return true;
    }
}
