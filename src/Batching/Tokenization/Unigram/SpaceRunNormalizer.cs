namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Replace</c> of runs of spaces: the regular expression <c> {n,}</c>.</summary>
/// <param name="atLeast">The shortest run that is replaced, at least 1.</param>
/// <param name="content">What stands for a run, however long.</param>
internal sealed class SpaceRunNormalizer(int atLeast, string content) : TextNormalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        while (!text.IsEmpty)
        {
            int start = text.IndexOf(' ');
            if (start < 0)
            {
                normalized.Append(text);
                return;
            }

            normalized.Append(text[..start]);
            text = text[start..];
            int length = text.IndexOfAnyExcept(' ');
            length = length < 0 ? text.Length : length;
            normalized.Append(length < atLeast ? text[..length] : content);
            text = text[length..];
        }
    }
}
