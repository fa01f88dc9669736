using System.Numerics;

namespace Batching.Tokenization;

/// <summary>Pieces of a vocabulary by their text: one probe of a hash table a look-up, over spans, without allocation.</summary>
/// <remarks>
/// The hash of a text is built character by character (<see cref="Extend"/>), so that the one pass that splits a text
/// into words hashes them as well, and one pass over a word hashes all of its prefixes. Immutable and thread-safe.
/// </remarks>
internal sealed class PieceTable
{
    /// <summary>The hash of the empty text.</summary>
    public const uint EmptyHash = 2166136261;

    private const uint Prime = 16777619;
    private const uint Scatter = 0x9E3779B1;

    // Far beyond what chance does in a table that is half full. Texts made to have one hash would take hours to put in.
    private const int MostSteps = 4096;

    private readonly Slot[] slots;
    private readonly char[] texts;
    private readonly int shift;

    /// <param name="pieces">Every text with its id. Where a text comes twice, the later id counts.</param>
    public PieceTable(IReadOnlyCollection<KeyValuePair<string, int>> pieces)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, pieces.Count * 2));
        slots = new Slot[capacity];
        texts = new char[pieces.Sum(piece => piece.Key.Length)];
        shift = 32 - BitOperations.Log2((uint)capacity);

        int used = 0;
        foreach ((string text, int id) in pieces)
        {
            uint hash = HashOf(text);
            int index = FindSlot(hash, text);
            if (((index - HomeOf(hash)) & (capacity - 1)) > MostSteps)
            {
                throw new ModelLoadException(
                    $"The vocabulary has more than {MostSteps} pieces for one place of a hash table, such as {text.Length} characters that end in '{text[^Math.Min(text.Length, 8)..]}': it was made to be slow to load. Use the vocabulary that the model was published with.");
            }

            ref Slot slot = ref slots[index];
            if (slot.Length == 0)
            {
                text.CopyTo(texts.AsSpan(used));
                slot = new Slot(hash, used, text.Length, id);
                used += text.Length;
                LongestPiece = Math.Max(LongestPiece, text.Length);
            }
            else
            {
                slot = slot with { Id = id };
            }
        }
    }

    /// <summary>The length of the longest piece in UTF-16 units.</summary>
    public int LongestPiece { get; }

    /// <summary>The hash of a text followed by <paramref name="c"/>, from the hash of the text.</summary>
    public static uint Extend(uint hash, uint c) => (hash ^ c) * Prime;

    public static uint HashOf(ReadOnlySpan<char> text)
    {
        uint hash = EmptyHash;
        foreach (char c in text)
        {
            hash = Extend(hash, c);
        }

        return hash;
    }

    /// <returns>The id of <paramref name="text"/>, or -1.</returns>
    /// <param name="hash">The hash of <paramref name="text"/>.</param>
    /// <param name="text">Not empty.</param>
    public int Find(uint hash, ReadOnlySpan<char> text)
    {
        ref readonly Slot slot = ref slots[FindSlot(hash, text)];
        return slot.Length == 0 ? -1 : slot.Id;
    }

    private int HomeOf(uint hash) => (int)((hash * Scatter) >> shift);

    // The slot of the text, or the empty one where it would go: the table is never more than half full.
    private int FindSlot(uint hash, ReadOnlySpan<char> text)
    {
        Slot[] table = slots;
        int index = HomeOf(hash);
        while (true)
        {
            ref readonly Slot slot = ref table[index];
            if (slot.Length == 0
                || (slot.Hash == hash
                    && slot.Length == text.Length
                    && text.SequenceEqual(texts.AsSpan(slot.Start, slot.Length))))
            {
                return index;
            }

            index = (index + 1) & (table.Length - 1);
        }
    }

    private readonly record struct Slot(uint Hash, int Start, int Length, int Id);
}
