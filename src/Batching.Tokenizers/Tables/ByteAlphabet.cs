using System.Collections.Frozen;

namespace Batching.Tokenization;

/// <summary>The 256 characters in which byte-level tokens are spelled: GPT-2's <c>bytes_to_unicode</c>.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = MakeChars();

    private static readonly FrozenDictionary<char, byte> Bytes =
        Chars.Select((c, value) => KeyValuePair.Create(c, (byte)value)).ToFrozenDictionary();

    /// <summary>The character that stands for a byte.</summary>
    public static char CharOf(byte value) => Chars[value];

    /// <summary>Writes the bytes that a token spells.</summary>
    /// <returns>Whether all of its characters stand for one.</returns>
    public static bool TryGetBytes(ReadOnlySpan<char> token, Span<byte> bytes)
    {
        for (int i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Bytes that are visible characters of Latin-1 stand for themselves, the others are counted on from U+0100.
    private static char[] MakeChars()
    {
        var chars = new char[256];
        int next = 256;
        for (int value = 0; value < chars.Length; value++)
        {
            bool isVisible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            chars[value] = isVisible ? (char)value : (char)next++;
        }

        return chars;
    }
}
