namespace Batching.Hosting;

/// <summary>Tells when a model's files are others than those that it was loaded from, and have been left alone for a while.</summary>
/// <remarks>
/// <para>
/// The files are looked at from time to time. The system's notices only make it faster: they belong to a folder that may
/// since have been renamed away, deleted, or taken from behind a link, and network file systems give none.
/// </para>
/// <para>
/// A model is several files, of which the largest takes its time to be copied: no one change is the last. So it takes two
/// looks, the quiet time apart and with no notice in between, that see the same.
/// </para>
/// </remarks>
internal sealed class FolderWatch : IDisposable
{
    private readonly string folder;
    private readonly ModelIdentity identity;
    private readonly TimeSpan quietTime;
    private readonly TimeSpan interval;
    private readonly Action<FolderSight> onSeen;
    private readonly bool usesNotices;
    private readonly ITimer timer;
    private readonly Lock gate = new();

    private FileSystemWatcher? notices;

    // What was judged last, and what was seen since and is not judged yet.
    private string settled;
    private volatile string? pending;

    // Whether a file of the model was written to, which its size and date may hide.
    private bool isTouched;
    private bool isLooking;
    private bool wasHeard;
    private bool isDisposed;

    /// <param name="folder">The folder that the model was loaded from.</param>
    /// <param name="identity">What it was loaded from.</param>
    /// <param name="quietTime">How long nothing may change before it is judged.</param>
    /// <param name="interval">How often to look.</param>
    /// <param name="onSeen">Told of what is seen, by a thread of the thread pool, one after the other. Must not throw.</param>
    /// <param name="timeProvider">Counts the times.</param>
    /// <param name="usesNotices">Whether to listen to the system as well.</param>
    public FolderWatch(
        string folder,
        ModelIdentity identity,
        TimeSpan quietTime,
        TimeSpan interval,
        Action<FolderSight> onSeen,
        TimeProvider timeProvider,
        bool usesNotices = true)
    {
        this.folder = folder;
        this.identity = identity;
        this.quietTime = quietTime;
        this.interval = interval;
        this.onSeen = onSeen;
        this.usesNotices = usesNotices;
        settled = identity.Stamp;
        timer = timeProvider.CreateTimer(_ => Look(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Listen();
        lock (gate)
        {
            Wait(TimeSpan.Zero);
        }
    }

    public void Dispose()
    {
        FileSystemWatcher? last;
        lock (gate)
        {
            isDisposed = true;
            last = notices;
            notices = null;
        }

        last?.Dispose();
        timer.Dispose();
    }

    // One at a time: it may take as long as reading all files does.
    private void Look()
    {
        lock (gate)
        {
            if (isDisposed || isLooking)
            {
                return;
            }

            isLooking = true;
            wasHeard = false;
        }

        TimeSpan next = LookOnce();
        lock (gate)
        {
            isLooking = false;
            Wait(wasHeard && quietTime < next ? quietTime : next);
        }
    }

    /// <returns>When to look again.</returns>
    private TimeSpan LookOnce()
    {
        string stamp = identity.ReadStamp();
        if (stamp == settled && !Volatile.Read(ref isTouched))
        {
            // Nothing, or what was seen has been undone.
            pending = null;
            return interval;
        }

        if (stamp != pending)
        {
            bool isNew = pending is null;
            pending = stamp;
            if (isNew)
            {
                Tell(FolderSight.Changing);
                Listen();
            }

            return quietTime;
        }

        Volatile.Write(ref isTouched, false);
        pending = null;
        settled = stamp;
        Listen();
        Tell(!Directory.Exists(folder) ? FolderSight.Gone : identity.MatchesFiles() ? FolderSight.SameContent : FolderSight.OtherModel);
        return interval;
    }

    private void Tell(FolderSight sight)
    {
        if (!Volatile.Read(ref isDisposed))
        {
            onSeen(sight);
        }
    }

    /// <summary>Listens to the folder that is there now.</summary>
    private void Listen()
    {
        FileSystemWatcher? watcher = usesNotices ? Watcher() : null;
        FileSystemWatcher? unused = watcher;
        lock (gate)
        {
            if (!isDisposed)
            {
                (unused, notices) = (notices, watcher);
            }
        }

        unused?.Dispose();
    }

    private FileSystemWatcher? Watcher()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            watcher.Changed += (_, change) => Hear(Concerns(change.Name), isWorthALook: false);
            watcher.Created += (_, change) => Hear(Concerns(change.Name), isWorthALook: true);
            watcher.Deleted += (_, change) => Hear(Concerns(change.Name), isWorthALook: true);
            watcher.Renamed += (_, change) => Hear(Concerns(change.Name), isWorthALook: true);

            // More changes at once than the system remembers are changes all the same.
            watcher.Error += (_, _) => Hear(concerns: true, isWorthALook: true);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // There is no folder, or the system has no notices left to give. It is looked at all the same.
            watcher?.Dispose();
            return null;
        }
    }

    private bool Concerns(string? name) => !string.IsNullOrEmpty(name) && identity.Concerns(name.Replace('\\', '/'));

    private void Hear(bool concerns, bool isWorthALook)
    {
        if (!concerns && !isWorthALook)
        {
            return;
        }

        lock (gate)
        {
            isTouched |= concerns;
            wasHeard = true;
            Wait(pending is null ? TimeSpan.Zero : quietTime);
        }
    }

    private void Wait(TimeSpan time)
    {
        if (!isDisposed)
        {
            timer.Change(time, Timeout.InfiniteTimeSpan);
        }
    }
}
