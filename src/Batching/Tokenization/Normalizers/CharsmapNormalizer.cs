using System.Text;
using Batching.ModelFiles;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Precompiled</c> normalizer.</summary>
/// <remarks>
/// A grapheme cluster of less than six bytes is replaced whole if the map knows a start of it; anything else character by
/// character. SentencePiece itself looks for the longest match instead; the models of Hugging Face were trained with
/// that, and are used with this.
/// </remarks>
internal sealed class CharsmapNormalizer : TextNormalizer
{
    private const int AsciiCount = 128;
    private const int BytesOfLongCluster = 6;
    private const char NotOneCharacter = char.MaxValue;

    private readonly Charsmap map;

    // What every ASCII character becomes, where that is one character.
    private readonly char[] ascii = new char[AsciiCount];

    public CharsmapNormalizer(Charsmap map)
    {
        this.map = map;
        for (int c = 0; c < AsciiCount; c++)
        {
            ascii[c] = !map.TryFind([(byte)c], out ReadOnlySpan<byte> replacement) ? (char)c
                : replacement.Length == 1 ? (char)replacement[0]
                : NotOneCharacter;
        }
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer destination)
    {
        Span<byte> bytes = stackalloc byte[8];
        int position = 0;
        while (position < text.Length)
        {
            char c = text[position];
            if (c < AsciiCount
                && (position + 1 == text.Length || text[position + 1] < AsciiCount)
                && c != '\r'
                && ascii[c] is var replaced and not NotOneCharacter)
            {
                destination.Append(replaced);
                position++;
                continue;
            }

            ReadOnlySpan<char> cluster = text.Slice(position, GraphemeClusters.LengthOfFirst(text[position..]));
            position += cluster.Length;
            if (!TryReplaceShort(cluster, bytes, destination))
            {
                foreach (Rune rune in cluster.EnumerateRunes())
                {
                    if (map.TryFind(bytes[..rune.EncodeToUtf8(bytes)], out ReadOnlySpan<byte> replacement))
                    {
                        Append(replacement, destination);
                    }
                    else
                    {
                        destination.AppendScalar(rune.Value);
                    }
                }
            }
        }
    }

    private static void Append(ReadOnlySpan<byte> utf8, CharBuffer destination) =>
        destination.Advance(Encoding.UTF8.GetChars(utf8, destination.Reserve(utf8.Length)));

    private bool TryReplaceShort(ReadOnlySpan<char> cluster, Span<byte> bytes, CharBuffer destination)
    {
        int length = 0;
        foreach (Rune rune in cluster.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength >= BytesOfLongCluster)
            {
                return false;
            }

            length += rune.EncodeToUtf8(bytes[length..]);
        }

        if (!map.TryFind(bytes[..length], out ReadOnlySpan<byte> replacement))
        {
            return false;
        }

        Append(replacement, destination);
        return true;
    }
}
