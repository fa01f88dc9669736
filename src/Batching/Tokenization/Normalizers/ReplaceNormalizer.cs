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
}
