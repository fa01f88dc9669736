using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Replace</c> of a literal text.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : TextNormalizer
{
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
