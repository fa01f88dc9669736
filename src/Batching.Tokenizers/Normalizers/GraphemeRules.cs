namespace Batching.Tokenization;

/// <summary>Whose extended grapheme clusters they are.</summary>
internal enum GraphemeRules
{
    /// <summary>Those of Rust's segmentation, which join consonants across a linker; see <see cref="GraphemeClass"/> for flags.</summary>
    Rust,

    /// <summary>Those of <c>\X</c> in an expression of Oniguruma, which do not, and where two regional indicators are a flag.</summary>
    Oniguruma,
}
