namespace Batching.Tokenization;

/// <summary>What Hugging Face's normalizers and pre-tokenizers ask of a Unicode scalar.</summary>
[Flags]
internal enum UnicodeProperties : ushort
{
    None = 0,

    /// <summary><c>\p{L}</c>.</summary>
    Letter = 1,

    /// <summary><c>\p{N}</c>.</summary>
    Number = 2,

    /// <summary>White space, by Rust and by <c>\s</c>.</summary>
    WhiteSpace = 4,

    /// <summary><c>\w</c>, as an added token that is a single word takes it.</summary>
    Word = 8,

    /// <summary><c>StripAccents</c> drops it.</summary>
    Mark = 16,

    /// <summary>NFC may compose it with what stands before it.</summary>
    ComposesWithPrevious = 32,
}
