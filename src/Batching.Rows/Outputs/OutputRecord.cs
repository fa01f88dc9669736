namespace Batching.Rows.Outputs;

/// <summary>A whole record of a file that is resumed, with its line end.</summary>
/// <param name="Row">The number of its row; null where it has none.</param>
/// <param name="End">The bytes of the file up to its end.</param>
/// <param name="IsBlank">Whether it begins with a zero byte, as what a disk did not get before the system died.</param>
internal readonly record struct OutputRecord(long? Row, long End, bool IsBlank);
