namespace Batching.Cli.Progress;

/// <summary>Brings how far rows are to the display.</summary>
/// <param name="figures">Takes what is told.</param>
/// <param name="report">Shows the figures.</param>
internal sealed class RowProgress(RunFigures figures, Action<RunFigures> report) : IProgress<RowClassificationProgress>
{
    public void Report(RowClassificationProgress value)
    {
        figures.Update(value.Rows, value.Tokens, value.Position, value.Length);
        report(figures);
    }
}
