namespace Batching.Tokenization;

/// <summary>What Hugging Face's BertNormalizer and BertPreTokenizer do to a Unicode scalar.</summary>
[Flags]
internal enum ScalarProperties : byte
{
    None = 0,

    /// <summary><c>clean_text</c> drops it.</summary>
    Removed = 1,

    /// <summary><c>clean_text</c> turns it into U+0020.</summary>
    Space = 2,

    /// <summary><c>handle_chinese_chars</c> puts a space on both sides.</summary>
    Chinese = 4,

    /// <summary><c>strip_accents</c> drops it after decomposition.</summary>
    Mark = 8,

    /// <summary>A dropped mark of combining class zero: scalars before and after it are not reordered across it.</summary>
    Starter = 16,

    /// <summary>A word of its own.</summary>
    Punctuation = 32,

    /// <summary>Ends a word and is dropped.</summary>
    Separator = 64,
}
