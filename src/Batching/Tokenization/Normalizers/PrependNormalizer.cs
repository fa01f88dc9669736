namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Prepend</c>: puts a text before one that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        if (!text.IsEmpty)
        {
            normalized.Append(prefix);
            normalized.Append(text);
        }
    }
}
