namespace Batching.Queue;

/// <summary>Where a row is on its way.</summary>
internal enum RowState
{
    /// <summary>Not taken by the queue yet.</summary>
    New,

    /// <summary>Waits for a worker.</summary>
    Waiting,

    /// <summary>Belongs to a batch that runs.</summary>
    Running,

    /// <summary>Answered, failed, or not wanted any more.</summary>
    Over,
}
