namespace Batching.ModelFiles;

/// <summary>A token that is found in the raw text before anything else, such as <c>[SEP]</c>.</summary>
/// <param name="Content">Its text, matched case-sensitively.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsSpecial">Whether decoding may skip it.</param>
internal sealed record AddedToken(string Content, int Id, bool IsSpecial);
