namespace Batching;

/// <summary>A row and what the model makes of it.</summary>
/// <param name="Row">The row.</param>
/// <param name="Result">Its result.</param>
public sealed record ClassifiedRow(TextRow Row, Classification Result);
