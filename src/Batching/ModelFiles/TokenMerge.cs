namespace Batching.ModelFiles;

/// <summary>A merge of byte-pair encoding: two tokens side by side become one.</summary>
/// <param name="LeftId">The id of the left token.</param>
/// <param name="RightId">The id of the right token.</param>
/// <param name="MergedId">The id of what they become.</param>
internal readonly record struct TokenMerge(int LeftId, int RightId, int MergedId);
