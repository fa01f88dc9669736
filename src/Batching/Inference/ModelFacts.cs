namespace Batching.Inference;

/// <summary>What is known of a classifier's graph, from its files and by running it.</summary>
/// <param name="LabelCount">The width of the logits.</param>
/// <param name="VocabularySize">The number of ids with embeddings; null where it cannot be told.</param>
/// <param name="TypeVocabularySize">The number of token types; null where they need not be checked.</param>
/// <param name="MaxLength">The longest row; null where none is known.</param>
/// <param name="Parts">How batches become ones that the graph runs on.</param>
/// <param name="Invariance">Whether a row's logits are the same in every batch; null where it was not measured.</param>
internal sealed record ModelFacts(
    int LabelCount, int? VocabularySize, int? TypeVocabularySize, int? MaxLength, BatchParts Parts, Invariance? Invariance = null);
