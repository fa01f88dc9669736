namespace Batching.Tokenization;

/// <summary>What a SentencePiece vocabulary has a piece for. The numbers are those of its file.</summary>
internal enum SentencePieceType
{
    Normal = 1,
    Unknown = 2,

    /// <summary>Such as <c>&lt;s></c>: found in a text as a special token.</summary>
    Control = 3,

    /// <summary>Found in a text as an added token.</summary>
    UserDefined = 4,

    Unused = 5,

    /// <summary>One byte of what is not in the vocabulary.</summary>
    Byte = 6,
}
