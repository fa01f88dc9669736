namespace Batching.Rows.Tests.Runs;

/// <summary>Ends a run at a row, as a failure of whoever is told of it.</summary>
internal sealed class StopAt(long rows) : IProgress<RowClassificationProgress>
{
    public void Report(RowClassificationProgress value)
    {
        if (value.Rows == rows)
        {
            throw new StoppedException();
        }
    }

    internal sealed class StoppedException : Exception;
}
