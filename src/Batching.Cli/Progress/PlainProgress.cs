namespace Batching.Cli.Progress;

/// <summary>A line every few seconds.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider clock) : IProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public Task RunAsync(Func<Action<RunFigures>, Task> work)
    {
        long last = clock.GetTimestamp();
        return work(figures =>
        {
            if (clock.GetElapsedTime(last) >= Interval)
            {
                last = clock.GetTimestamp();
                writer.WriteLine(figures);
            }
        });
    }
}
