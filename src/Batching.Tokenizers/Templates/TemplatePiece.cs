namespace Batching.Tokenization;

/// <summary>A place in the row that a tokenizer makes: a special token, or the tokens of the text or of its pair.</summary>
/// <param name="Sequence">0 for the text, 1 for its pair, null for a special token.</param>
/// <param name="TokenId">The special token's id.</param>
/// <param name="TypeId">The token type id of all its tokens.</param>
internal readonly record struct TemplatePiece(int? Sequence, int TokenId, int TypeId);
