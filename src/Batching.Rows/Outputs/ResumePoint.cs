namespace Batching.Rows.Outputs;

/// <summary>Where a run goes on.</summary>
/// <param name="Rows">The input rows that are done, those that were rejected counted.</param>
/// <param name="OutputLength">The bytes of the output that stay.</param>
/// <param name="RejectsLength">The bytes of the rejects that stay.</param>
internal readonly record struct ResumePoint(long Rows, long OutputLength, long RejectsLength);
