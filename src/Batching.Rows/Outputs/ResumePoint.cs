namespace Batching.Rows.Outputs;

/// <summary>Where a run goes on.</summary>
/// <param name="Rows">The input rows that are done, those that were rejected counted.</param>
/// <param name="OutputLength">The bytes of the output that stay.</param>
/// <param name="RejectsLength">The bytes of the rejects that stay.</param>
/// <param name="IsFinished">Whether nothing is left to do, because an output that is made at the end is there.</param>
internal readonly record struct ResumePoint(long Rows, long OutputLength, long RejectsLength, bool IsFinished = false);
