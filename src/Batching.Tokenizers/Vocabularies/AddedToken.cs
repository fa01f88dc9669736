namespace Batching.Tokenization;

/// <summary>A token that is found in a text before anything else, such as <c>[SEP]</c>.</summary>
/// <param name="Content">Its text, matched case-sensitively.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsSpecial">Whether decoding may skip it.</param>
/// <param name="IsSingleWord"><c>single_word</c>: not matched beside a letter, a number, a mark or an underscore.</param>
/// <param name="StripsLeft"><c>lstrip</c>: takes the white space before it along.</param>
/// <param name="StripsRight"><c>rstrip</c>: takes the white space after it along.</param>
/// <param name="IsNormalized"><c>normalized</c>: matched, normalized itself, in the normalized text.</param>
internal sealed record AddedToken(
    string Content,
    int Id,
    bool IsSpecial,
    bool IsSingleWord = false,
    bool StripsLeft = false,
    bool StripsRight = false,
    bool IsNormalized = false)
{
    /// <summary>Whether no file names it, and no vocabulary has it: the class does, and no model was trained with it.</summary>
    public bool IsClassDefault { get; init; }
}
