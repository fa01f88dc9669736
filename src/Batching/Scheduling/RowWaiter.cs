namespace Batching.Scheduling;

/// <summary>A request that waits for a row, and which of its texts the row is.</summary>
internal readonly record struct RowWaiter(QueuedRequest Request, int Index);
