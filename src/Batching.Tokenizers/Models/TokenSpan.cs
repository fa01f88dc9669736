namespace Batching.Tokenization;

/// <summary>A token of a word, and which characters of the word it stands for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">Where it starts in the word, in UTF-16 units.</param>
/// <param name="End">Where it ends. Tokens that share a character both hold all of it.</param>
internal readonly record struct TokenSpan(int Id, int Start, int End);
