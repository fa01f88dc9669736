namespace Batching.Tokenization;

/// <summary>What a Unicode scalar does to the boundaries of extended grapheme clusters.</summary>
/// <remarks>
/// Regional indicators are <see cref="Other"/>: <see cref="CharsmapNormalizer"/>, which alone needs clusters, treats those
/// of six bytes and more character by character, and no cluster with a regional indicator and more is shorter.
/// </remarks>
internal enum GraphemeClass : byte
{
    Other,

    /// <summary>A cluster of its own, CR and LF in sequence excepted.</summary>
    Control,

    /// <summary>Goes on with a cluster.</summary>
    Extend,

    /// <summary>The same, and may stand between a consonant and its linker.</summary>
    ConjunctExtend,

    /// <summary>The same, and joins two consonants.</summary>
    Linker,

    /// <summary>The same, and joins two pictographs.</summary>
    ZeroWidthJoiner,

    /// <summary>Goes on with a cluster.</summary>
    SpacingMark,

    /// <summary>The next scalar goes on with its cluster.</summary>
    Prepend,

    LeadingJamo,
    VowelJamo,
    TrailingJamo,

    /// <summary>A Hangul syllable without a trailing consonant.</summary>
    OpenSyllable,

    /// <summary>A Hangul syllable with a trailing consonant.</summary>
    ClosedSyllable,

    Pictographic,

    /// <summary>Joined to the next consonant by a linker.</summary>
    Consonant,
}
