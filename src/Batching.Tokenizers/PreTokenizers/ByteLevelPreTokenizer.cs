using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>ByteLevel</c> pre-tokenizer.</summary>
/// <param name="addsPrefixSpace">Whether a text that does not start with a space is split as if it did.</param>
/// <param name="splits">Whether a text is split as GPT-2 does; otherwise it is one word.</param>
/// <remarks>The space that is put before a text has no place in it: the first word may be empty where it is the space alone.</remarks>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool splits) : TextPreTokenizer
{
    public bool AddsPrefixSpace => addsPrefixSpace;

    public bool Splits => splits;

    /// <summary>Whether a pre-tokenizer is one, or has one among its steps.</summary>
    public static bool IsIn(TextPreTokenizer? preTokenizer) =>
        preTokenizer is ByteLevelPreTokenizer || (preTokenizer is PreTokenizerSequence sequence && sequence.Steps.Any(step => step is ByteLevelPreTokenizer));

    public static ByteLevelPreTokenizer Read(JsonSection json) => new(
        json.Boolean("add_prefix_space") ?? true,
        json.Boolean("use_regex") ?? true);

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var words = new List<(int Offset, int Length)>();
        for (int position = 0; position < text.Length;)
        {
            int length = LengthOfWord(text, position, isFirst: words.Count == 0);
            words.Add((position, length));
            position += length;
        }

        return words;
    }

    /// <summary>The length of the word that starts at a position of a text that goes on there.</summary>
    public int LengthOfWord(ReadOnlySpan<char> text, int position, bool isFirst) =>
        !splits ? text.Length
        : isFirst && AddsSpaceBefore(text) ? ByteLevelWords.LengthOfFirstAfterSpace(text)
        : ByteLevelWords.LengthOfFirst(text[position..]);

    /// <summary>Whether a space is put before a text, or before the first word of one.</summary>
    public bool AddsSpaceBefore(ReadOnlySpan<char> text) => addsPrefixSpace && !text.StartsWith(' ');

    // Each byte of the words is a character of an alphabet of its own.
    protected override void Split(TextPieces pieces)
    {
        bool isFirst = true;
        while (!pieces.Piece.IsEmpty)
        {
            int length = LengthOfWord(pieces.Piece, 0, isFirst);
            if (isFirst && AddsSpaceBefore(pieces.Piece))
            {
                pieces.Insert([ByteAlphabet.CharOf((byte)' ')]);
            }

            isFirst = false;
            Spell(pieces, length);
            pieces.EndPiece();
        }
    }

    private static void Spell(TextPieces pieces, int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        Span<char> chars = stackalloc char[4];
        for (int end = pieces.Piece.Length - length; pieces.Piece.Length > end;)
        {
            Rune.DecodeFromUtf16(pieces.Piece, out Rune rune, out int width);
            int count = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++)
            {
                chars[i] = ByteAlphabet.CharOf(bytes[i]);
            }

            pieces.Replace(chars[..count], width);
        }
    }
}
