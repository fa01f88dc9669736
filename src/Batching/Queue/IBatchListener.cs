namespace Batching.Queue;

/// <summary>Told what becomes of the rows of a batch, and asked which are still wanted.</summary>
internal interface IBatchListener
{
    /// <summary>Those of the rows that somebody still waits for.</summary>
    QueuedRow[] StillWanted(QueuedRow[] batchRows);

    /// <summary>The rows were run.</summary>
    void Answer(RunningBatch batch, QueuedRow[] batchRows, Classification[] results, TimeSpan duration);

    /// <summary>The rows cannot be run.</summary>
    void Fail(RunningBatch batch, QueuedRow[] batchRows, Exception exception);
}
