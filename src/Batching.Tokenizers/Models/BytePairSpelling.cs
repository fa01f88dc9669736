using System.Text;

namespace Batching.Tokenization;

/// <summary>Spells a word in the symbols that byte-pair encoding begins with: a token for each character.</summary>
/// <remarks>
/// A character that is no token becomes its bytes, if there is a token for each of them, or is unknown: dropped, or a symbol
/// that is put behind the bytes that follow it, as in Hugging Face's library. Immutable and thread-safe.
/// </remarks>
internal sealed class BytePairSpelling
{
    private readonly BytePairOptions options;
    private readonly int[] byteSymbols;

    // By whether the character is not the first of its word, and whether it is the last.
    private readonly CharacterSymbols[] symbols;

    public BytePairSpelling(IReadOnlyDictionary<string, int> vocabulary, BytePairOptions options)
    {
        this.options = options;
        var plain = new CharacterSymbols(vocabulary, "", "");
        CharacterSymbols Of(string prefix, string suffix) =>
            prefix.Length + suffix.Length == 0 ? plain : new CharacterSymbols(vocabulary, prefix, suffix);
        symbols =
        [
            plain,
            Of("", options.EndOfWordSuffix),
            Of(options.ContinuingPrefix, ""),
            Of(options.ContinuingPrefix, options.EndOfWordSuffix),
        ];
        byteSymbols = options.FallsBackToBytes
            ? [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault($"<0x{value:X2}>", CharacterSymbols.None))]
            : [];
    }

    /// <summary>The most symbols that a word of a length may have.</summary>
    public int MostSymbols(int length) => options.FallsBackToBytes
        ? checked(length * (4 + (3 * (options.ContinuingPrefix.Length + options.EndOfWordSuffix.Length))))
        : length;

    /// <summary>Spells a word.</summary>
    /// <param name="word">The word, without lone surrogates.</param>
    /// <param name="destination">Where the ids go, with room for the most that there may be.</param>
    /// <param name="places">Where in the word each is; null where nobody asks.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="ArgumentException">A character is unknown, and the token for it is as well.</exception>
    public int Spell(ReadOnlySpan<char> word, Span<int> destination, List<(int Start, int End)>? places)
    {
        int count = 0;
        int position = 0;
        (int Start, int End)? unknown = null;
        while (position < word.Length)
        {
            int start = position;
            Rune.DecodeFromUtf16(word[position..], out Rune rune, out int width);
            position += width;
            int symbol = symbols[(start > 0 ? 2 : 0) + (position == word.Length ? 1 : 0)].Find(rune.Value);
            if (symbol >= 0)
            {
                AddUnknown(ref unknown, destination, ref count, places);
                destination[count++] = symbol;
                places?.Add((start, position));
                continue;
            }

            if (options.FallsBackToBytes && TrySpellBytes(rune, start > 0, position == word.Length, destination[count..]) is > 0 and var bytes)
            {
                for (int i = 0; i < bytes && places is not null; i++)
                {
                    places.Add((start, position));
                }

                count += bytes;
                continue;
            }

            if (options.UnknownToken is null)
            {
                continue;
            }

            if (options.UnknownTokenId is null)
            {
                throw UnknownText.In(word[start..position], options.UnknownToken);
            }

            if (unknown is { } before && options.FusesUnknown)
            {
                unknown = (before.Start, position);
            }
            else
            {
                AddUnknown(ref unknown, destination, ref count, places);
                unknown = (start, position);
            }
        }

        AddUnknown(ref unknown, destination, ref count, places);
        return count;
    }

    private void AddUnknown(ref (int Start, int End)? unknown, Span<int> destination, ref int count, List<(int Start, int End)>? places)
    {
        if (unknown is { } place)
        {
            destination[count++] = options.UnknownTokenId!.Value;
            places?.Add(place);
            unknown = null;
        }
    }

    // All of it in bytes, or nothing.
    private int TrySpellBytes(Rune rune, bool isContinuing, bool isLast, Span<int> destination)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = 0;
        return TrySpell(isContinuing ? options.PrefixBytes : [], destination, ref count)
            && TrySpell(bytes[..rune.EncodeToUtf8(bytes)], destination, ref count)
            && TrySpell(isLast ? options.SuffixBytes : [], destination, ref count)
                ? count
                : 0;
    }

    private bool TrySpell(ReadOnlySpan<byte> bytes, Span<int> destination, ref int count)
    {
        foreach (byte value in bytes)
        {
            if (byteSymbols[value] == CharacterSymbols.None)
            {
                return false;
            }

            destination[count++] = byteSymbols[value];
        }

        return true;
    }
}
