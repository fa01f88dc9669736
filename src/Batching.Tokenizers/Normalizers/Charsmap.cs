using System.Buffers.Binary;
using System.Text.Unicode;

namespace Batching.Tokenization;

/// <summary>The replacements that a SentencePiece model was normalized with: its <c>precompiled_charsmap</c>.</summary>
/// <remarks>
/// The length of a trie in bytes, the trie as a double array, and the replacements one after the other, each ended by
/// U+0000. The trie is walked whole when it is loaded, so that no look-up can leave it. Immutable and thread-safe.
/// </remarks>
internal sealed class Charsmap
{
    // The longest in SentencePiece's own maps has 33 bytes.
    private const int LongestReplacement = 1024;

    private const uint HasLeaf = 1 << 8;
    private const uint LabelMask = (1u << 31) | 0xFF;

    private readonly uint[] units;
    private readonly byte[] replacements;

    private Charsmap(uint[] units, byte[] replacements)
    {
        this.units = units;
        this.replacements = replacements;
    }

    /// <param name="bytes">The map.</param>
    /// <param name="refuse">Makes the exception that says in which file the map is, from what is wrong with it.</param>
    /// <exception cref="ModelLoadException">The map is damaged.</exception>
    public static Charsmap Read(ReadOnlySpan<byte> bytes, Func<string, ModelLoadException> refuse)
    {
        if (bytes.Length < sizeof(uint))
        {
            throw refuse($"the precompiled_charsmap has {bytes.Length} bytes and ends before its trie. Download the file again.");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        ReadOnlySpan<byte> content = bytes[sizeof(uint)..];
        if (size == 0 || size % sizeof(uint) != 0 || size > content.Length)
        {
            throw refuse(
                $"the precompiled_charsmap announces a trie of {size} bytes, and {content.Length} bytes follow; expected a multiple of 4 that is there. Download the file again.");
        }

        var trie = new uint[size / sizeof(uint)];
        for (int i = 0; i < trie.Length; i++)
        {
            trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(content[(i * sizeof(uint))..]);
        }

        byte[] texts = content[(int)size..].ToArray();
        if (!Utf8.IsValid(texts))
        {
            throw refuse("the replacements of the precompiled_charsmap are not UTF-8. Download the file again.");
        }

        var map = new Charsmap(trie, texts);
        map.Check(refuse);
        return map;
    }

    /// <summary>Finds the replacement for the shortest start of <paramref name="characters"/> that has one.</summary>
    /// <param name="characters">UTF-8.</param>
    /// <param name="replacement">UTF-8, for all of <paramref name="characters"/>: that is how Hugging Face takes it.</param>
    public bool TryFind(ReadOnlySpan<byte> characters, out ReadOnlySpan<byte> replacement)
    {
        uint[] trie = units;
        uint position = OffsetOf(trie[0]);
        foreach (byte character in characters)
        {
            if (character == 0)
            {
                break;
            }

            position ^= character;
            uint unit = trie[position];
            if ((unit & LabelMask) != character)
            {
                break;
            }

            position ^= OffsetOf(unit);
            if ((unit & HasLeaf) != 0)
            {
                replacement = ReplacementAt(ValueOf(trie[position]));
                return true;
            }
        }

        replacement = default;
        return false;
    }

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);

    private static int ValueOf(uint unit) => (int)(unit & int.MaxValue);

    private ReadOnlySpan<byte> ReplacementAt(int start)
    {
        ReadOnlySpan<byte> rest = replacements.AsSpan(start);
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    // Visits every node that a look-up can reach.
    private void Check(Func<string, ModelLoadException> refuse)
    {
        var visited = new bool[units.Length];
        var bases = new Stack<uint>();
        Visit(OffsetOf(units[0]));
        while (bases.TryPop(out uint children))
        {
            for (uint label = 1; label <= byte.MaxValue; label++)
            {
                uint unit = units[children ^ label];
                if ((unit & LabelMask) != label)
                {
                    continue;
                }

                uint next = children ^ label ^ OffsetOf(unit);
                Visit(next);
                if ((unit & HasLeaf) != 0)
                {
                    CheckReplacement(ValueOf(units[next]), refuse);
                }
            }
        }

        void Visit(uint children)
        {
            if ((children | byte.MaxValue) >= units.Length)
            {
                throw refuse($"the trie of the precompiled_charsmap points to its unit {children}, and it has {units.Length}. Download the file again.");
            }

            if (!visited[children])
            {
                visited[children] = true;
                bases.Push(children);
            }
        }
    }

    private void CheckReplacement(int start, Func<string, ModelLoadException> refuse)
    {
        if (start > replacements.Length || (start < replacements.Length && (replacements[start] & 0xC0) == 0x80))
        {
            throw refuse(
                $"the trie of the precompiled_charsmap points to byte {start} of its replacements, where none starts; they have {replacements.Length} bytes. Download the file again.");
        }

        int length = ReplacementAt(start).Length;
        if (length > LongestReplacement)
        {
            throw refuse(
                $"a replacement of the precompiled_charsmap has {length} bytes; at most {LongestReplacement} are supported. Download the file again.");
        }
    }
}
