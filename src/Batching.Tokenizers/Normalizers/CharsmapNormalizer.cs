using System.Text;

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

    public static CharsmapNormalizer Read(JsonSection json)
    {
        string base64 = json.String("precompiled_charsmap")
            ?? throw json.Refuse("the Precompiled has no 'precompiled_charsmap'. Download the file again.");
        try
        {
            return new CharsmapNormalizer(Charsmap.Read(Convert.FromBase64String(base64), json.Refuse));
        }
        catch (FormatException)
        {
            throw json.Refuse("the 'precompiled_charsmap' is not Base64. Download the file again.");
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
            if (TryFindWhole(cluster, bytes, out ReadOnlySpan<byte> replacement))
            {
                Append(replacement, destination);
            }
            else
            {
                foreach (Rune rune in cluster.EnumerateRunes())
                {
                    if (map.TryFind(bytes[..rune.EncodeToUtf8(bytes)], out replacement))
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

    public override void Align(AlignedText text)
    {
        Span<byte> bytes = stackalloc byte[8];
        ReadOnlySpan<char> rest = text.ToText();
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> cluster = rest[..GraphemeClusters.LengthOfFirst(rest)];
            rest = rest[cluster.Length..];
            if (TryFindWhole(cluster, bytes, out ReadOnlySpan<byte> replacement))
            {
                int count = 0;
                foreach (Rune _ in cluster.EnumerateRunes())
                {
                    count++;
                }

                Replace(count, replacement, text);
                continue;
            }

            foreach (Rune rune in cluster.EnumerateRunes())
            {
                if (map.TryFind(bytes[..rune.EncodeToUtf8(bytes)], out replacement))
                {
                    Replace(1, replacement, text);
                }
                else
                {
                    text.Take(rune.Value);
                }
            }
        }

        text.EndStep();
    }

    private static void Append(ReadOnlySpan<byte> utf8, CharBuffer destination) =>
        destination.Advance(Encoding.UTF8.GetChars(utf8, destination.Reserve(utf8.Length)));

    // The scalars of a replacement take the places of those that it replaces. What is more is added behind them, and what is
    // less is dropped: Hugging Face's library miscounts that at the start of a text and behind what it has added.
    private static void Replace(int count, ReadOnlySpan<byte> utf8, AlignedText text)
    {
        foreach (Rune rune in Encoding.UTF8.GetString(utf8).EnumerateRunes())
        {
            if (count > 0)
            {
                text.Take(rune.Value);
                count--;
            }
            else
            {
                text.Insert(rune.Value);
            }
        }

        text.Drop(count);
    }

    // The replacement of a cluster as a whole, which only a short one has.
    private bool TryFindWhole(ReadOnlySpan<char> cluster, Span<byte> bytes, out ReadOnlySpan<byte> replacement)
    {
        int length = 0;
        foreach (Rune rune in cluster.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength >= BytesOfLongCluster)
            {
                replacement = default;
                return false;
            }

            length += rune.EncodeToUtf8(bytes[length..]);
        }

        return map.TryFind(bytes[..length], out replacement);
    }
}
