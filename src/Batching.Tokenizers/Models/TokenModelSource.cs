namespace Batching.Tokenization;

/// <summary>A model whose vocabulary is read, and that is made once all of the tokenizer's tokens are known.</summary>
/// <param name="Vocabulary">The tokens of the model.</param>
/// <param name="Create">Makes the model of all tokens, added ones among them.</param>
internal sealed record TokenModelSource(IReadOnlyDictionary<string, int> Vocabulary, Func<TokenSet, TokenModel> Create);
