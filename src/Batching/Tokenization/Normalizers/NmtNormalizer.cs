namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Nmt</c> normalizer: drops control characters, and makes spaces of what looks like one.</summary>
internal sealed class NmtNormalizer : TextNormalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        foreach (char c in text)
        {
            switch (c)
            {
                case (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F':
                    break;
                case '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029'
                    or '\u2581' or '\uFEFF' or '\uFFFD':
                    normalized.Append(' ');
                    break;
                default:
                    normalized.Append(c);
                    break;
            }
        }
    }
}
