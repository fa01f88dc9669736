using System.Text;

namespace Batching.Tokenization;

/// <summary>The tokens that are one character, by that character. Immutable and thread-safe.</summary>
internal sealed class CharacterSymbols
{
    /// <summary>No token.</summary>
    public const int None = -1;

    private readonly int[] ofUnit = new int[char.MaxValue + 1];
    private readonly Dictionary<int, int> ofOther = [];

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="prefix">What is before the character in its token.</param>
    /// <param name="suffix">What is behind it.</param>
    public CharacterSymbols(IReadOnlyDictionary<string, int> vocabulary, string prefix, string suffix)
    {
        Array.Fill(ofUnit, None);
        int affixes = prefix.Length + suffix.Length;
        foreach ((string token, int id) in vocabulary)
        {
            if ((token.Length - affixes) is not (1 or 2)
                || !token.StartsWith(prefix, StringComparison.Ordinal)
                || !token.EndsWith(suffix, StringComparison.Ordinal)
                || Rune.DecodeFromUtf16(token.AsSpan(prefix.Length), out Rune rune, out int width) != System.Buffers.OperationStatus.Done
                || width != token.Length - affixes)
            {
                continue;
            }

            if (rune.IsBmp)
            {
                ofUnit[rune.Value] = id;
            }
            else
            {
                ofOther[rune.Value] = id;
            }
        }
    }

    /// <returns>The id, or <see cref="None"/>.</returns>
    public int Find(int scalar) => scalar < ofUnit.Length ? ofUnit[scalar] : ofOther.GetValueOrDefault(scalar, None);
}
