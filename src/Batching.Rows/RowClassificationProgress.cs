namespace Batching;

/// <summary>How far a <see cref="RowClassification"/> has come.</summary>
/// <param name="Rows">The rows that were classified by this run.</param>
/// <param name="Tokens">The tokens of these rows, padding not counted.</param>
/// <param name="Position">How far into the input the last of them is: <see cref="TextRow.Position"/>.</param>
/// <param name="Length">The end of the input, in the same units; null where it is not known.</param>
public readonly record struct RowClassificationProgress(long Rows, long Tokens, long Position, long? Length);
