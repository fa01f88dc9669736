namespace Batching.Tokenization;

/// <summary>A piece of a vocabulary, and how good it is to use it.</summary>
internal readonly record struct ScoredPiece(string Text, double Score);
