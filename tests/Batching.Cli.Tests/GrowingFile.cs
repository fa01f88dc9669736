namespace Batching.Cli.Tests;

/// <summary>A file that another process writes, watched by the system's notices.</summary>
internal sealed class GrowingFile : IDisposable
{
    private readonly string path;
    private readonly FileSystemWatcher watcher;
    private readonly SemaphoreSlim changed = new(0);

    public GrowingFile(string path)
    {
        this.path = path;
        watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
        {
            NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite | NotifyFilters.FileName,
        };
        watcher.Changed += OnChanged;
        watcher.Created += OnChanged;
        watcher.Renamed += OnChanged;
        watcher.EnableRaisingEvents = true;
    }

    public long Length => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Waits until the file has so many bytes, or the other process has ended.</summary>
    public async Task<bool> ReachesAsync(long length, Task ended, CancellationToken cancellationToken)
    {
        while (Length < length)
        {
            Task change = changed.WaitAsync(cancellationToken);
            if (await Task.WhenAny(change, ended) == ended)
            {
                return false;
            }

            await change;
        }

        return true;
    }

    public void Dispose()
    {
        watcher.Dispose();
        changed.Dispose();
    }

    private void OnChanged(object sender, FileSystemEventArgs e) => changed.Release();
}
