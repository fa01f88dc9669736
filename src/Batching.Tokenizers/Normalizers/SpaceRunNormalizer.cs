using System.Globalization;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Replace</c> of runs of spaces.</summary>
/// <param name="atLeast">The shortest run that is replaced.</param>
/// <param name="content">What every run becomes.</param>
internal sealed class SpaceRunNormalizer(int atLeast, string content) : TextNormalizer
{
    /// <returns>The normalizer of a <c>Replace</c> with the regular expression <c> {n,}</c>; null for any other.</returns>
    public static SpaceRunNormalizer? Of(string expression, string content) =>
        expression.StartsWith(" {", StringComparison.Ordinal)
        && expression.EndsWith(",}", StringComparison.Ordinal)
        && int.TryParse(expression.AsSpan(2..^2), NumberStyles.None, CultureInfo.InvariantCulture, out int least)
        && least > 0
            ? new SpaceRunNormalizer(least, content)
            : null;

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        ReadOnlySpan<char> rest = text;
        int found;
        while ((found = rest.IndexOf(' ')) >= 0)
        {
            normalized.Append(rest[..found]);
            rest = rest[found..];
            int length = rest.IndexOfAnyExcept(' ');
            length = length < 0 ? rest.Length : length;
            normalized.Append(length >= atLeast ? content : rest[..length]);
            rest = rest[length..];
        }

        normalized.Append(rest);
    }

    public override void Align(AlignedText text)
    {
        for (int i = 0; i < text.Count;)
        {
            int end = i;
            while (end < text.Count && text.Unit(end) == ' ')
            {
                end++;
            }

            if (end - i >= atLeast)
            {
                text.Drop(end - i);
                text.Insert(content);
            }
            else
            {
                end = Math.Max(end, i + 1);
                text.Copy(end - i);
            }

            i = end;
        }

        text.EndStep();
    }
}
