namespace Batching.Hosting;

/// <summary>Tells when the files of a folder have changed and been left alone for a while.</summary>
/// <remarks>A model is several files, of which the largest takes its time to be copied: no one change is the last.</remarks>
internal sealed class FolderWatch : IDisposable
{
    private readonly FileSystemWatcher watcher;
    private readonly ITimer timer;

    /// <param name="folder">The folder, subfolders included.</param>
    /// <param name="quietTime">How long nothing may change before it is told.</param>
    /// <param name="onChanged">Called by a thread of the thread pool. Must not throw.</param>
    /// <param name="timeProvider">Counts the quiet time.</param>
    public FolderWatch(string folder, TimeSpan quietTime, Action onChanged, TimeProvider timeProvider)
    {
        timer = timeProvider.CreateTimer(_ => onChanged(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        watcher = new FileSystemWatcher(folder)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Changed += Restart;
        watcher.Created += Restart;
        watcher.Deleted += Restart;
        watcher.Renamed += Restart;

        // More changes at once than the system remembers are changes all the same.
        watcher.Error += Restart;
        watcher.EnableRaisingEvents = true;

        void Restart(object sender, EventArgs change) => timer.Change(quietTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        watcher.Dispose();
        timer.Dispose();
    }
}
