namespace Batching.Queue;

/// <summary>Runs batches, and finds the row that is to blame where one fails: every row is answered, fails, or is not wanted any more.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BatchExecution(IQueueBackend backend, TimeProvider time, IBatchListener listener)
{
    /// <summary>Runs a batch on the caller's thread, and tells what became of its rows. Never throws.</summary>
    public void Run(RunningBatch batch)
    {
        try
        {
            Run(batch, batch.Rows);
        }
        catch (Exception exception)
        {
            // Nothing is known to throw here; if something does, nobody is to wait for ever.
            listener.Fail(batch, batch.Rows, exception);
        }
    }

    private void Run(RunningBatch batch, QueuedRow[] rows)
    {
        if (batch.IsStopped || rows.Length == 0)
        {
            return;
        }

        try
        {
            long start = time.GetTimestamp();
            Classification[] results = backend.Run(Array.ConvertAll(rows, static row => row.Encoding), batch.Cores, batch.Stopping);
            listener.Answer(batch, rows, results, time.GetElapsedTime(start));
            return;
        }
        catch (Exception) when (batch.IsStopped)
        {
            return;
        }
        catch (Exception exception) when (rows.Length == 1 || exception is ObjectDisposedException)
        {
            listener.Fail(batch, rows, exception);
            return;
        }
        catch (Exception)
        {
            // One of the rows is to blame, or several: halves tell which, and the others get their answers.
        }

        int half = rows.Length / 2;
        Run(batch, listener.StillWanted(rows[..half]));
        Run(batch, listener.StillWanted(rows[half..]));
    }
}
