using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>ByteLevel</c> as a normalizer: each byte of the text becomes a character of an alphabet of its own.</summary>
internal sealed class ByteLevelNormalizer : TextNormalizer
{
    public static ByteLevelNormalizer Read(JsonSection json) => new();

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                normalized.Append(ByteAlphabet.CharOf(value));
            }
        }
    }

    public override void Align(AlignedText text)
    {
        Span<byte> bytes = stackalloc byte[4];
        Span<int> scalars = stackalloc int[4];
        for (int i = 0; i < text.Count; i++)
        {
            int count = new Rune(text[i]).EncodeToUtf8(bytes);
            for (int j = 0; j < count; j++)
            {
                scalars[j] = ByteAlphabet.CharOf(bytes[j]);
            }

            text.TakeAs(scalars[..count]);
        }

        text.EndStep();
    }
}
