using System.Runtime.CompilerServices;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Nmt</c> normalizer: drops control characters, and makes spaces of what looks like one.</summary>
internal sealed class NmtNormalizer : TextNormalizer
{
    private const int Dropped = -1;

    public static NmtNormalizer Read(JsonSection json) => new();

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        foreach (char c in text)
        {
            if (Normalize(c) is not Dropped and var kept)
            {
                normalized.Append((char)kept);
            }
        }
    }

    public override void Align(AlignedText text)
    {
        for (int i = 0; i < text.Count; i++)
        {
            if (Normalize(text.Unit(i)) is not Dropped and var kept)
            {
                text.Take(kept);
            }
            else
            {
                text.Drop();
            }
        }

        text.EndStep();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Normalize(int unit) => unit switch
    {
        (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F' => Dropped,
        '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029'
            or '\u2581' or '\uFEFF' or '\uFFFD' => ' ',
        _ => unit,
    };
}
