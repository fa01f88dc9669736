using Spectre.Console;

namespace Batching.Cli.Progress;

/// <summary>A bar with the figures beside it, gone when the work is done.</summary>
internal sealed class BarProgress(IAnsiConsole console, TimeProvider clock) : IProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public Task RunAsync(Func<Action<RunFigures>, Task> work) => console.Progress()
        .AutoRefresh(false)
        .AutoClear(true)
        .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(context =>
        {
            ProgressTask task = context.AddTask("loading", maxValue: 1);
            task.IsIndeterminate = true;
            context.Refresh();
            long last = clock.GetTimestamp();
            return work(figures =>
            {
                if (clock.GetElapsedTime(last) < Interval)
                {
                    return;
                }

                last = clock.GetTimestamp();
                task.IsIndeterminate = figures.Fraction is null;
                task.Value = figures.Fraction ?? 0;
                task.Description = Markup.Escape(figures.ToString());
                context.Refresh();
            });
        });
}
