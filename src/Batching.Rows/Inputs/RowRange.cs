namespace Batching;

/// <summary>A part of a file that can be read by itself: it begins and ends between two rows. Made by <see cref="RowRanges.FindAsync"/>.</summary>
/// <param name="Start">Where it begins: a byte of the file; of a Parquet file a row group, from 0.</param>
/// <param name="End">Where it has ended, in the same unit.</param>
/// <param name="FirstRow">The number in the file of its first row, from 1.</param>
/// <param name="FirstLine">The line in the file of its first row, from 1; 0 where the format has no lines.</param>
/// <param name="FileLength">The length of the file in bytes, by which a file that has changed is told.</param>
public sealed record RowRange(long Start, long End, long FirstRow, long FirstLine, long FileLength);
