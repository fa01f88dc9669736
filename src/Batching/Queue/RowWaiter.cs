namespace Batching.Queue;

/// <summary>A request that waits for a row, and which of its rows that is.</summary>
internal readonly record struct RowWaiter(QueuedRequest Request, int Index);
