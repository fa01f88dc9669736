namespace Batching.Hub;

/// <summary>A repository's folder in a cache that is laid out as Python's <c>huggingface_hub</c> does it.</summary>
/// <remarks>
/// <c>blobs</c> holds contents under their checksums, <c>snapshots/COMMIT</c> links to them under the names of the files,
/// <c>refs</c> the commits of branches and tags.
/// </remarks>
/// <param name="cacheFolder">The cache.</param>
/// <param name="repository">The repository.</param>
/// <param name="allowsLinks">Whether to try links; without, contents move into snapshots, as they do where links are not permitted.</param>
internal sealed class CachedRepository(string cacheFolder, RepositoryId repository, bool allowsLinks = true)
{
    public string Folder { get; } = Path.Combine(cacheFolder, repository.FolderName);

    private string LockFolder => Path.Combine(cacheFolder, ".locks", repository.FolderName);

    public CachedSnapshot Snapshot(string commit) =>
        new(Path.Combine(Folder, "snapshots", commit), Path.Combine(Folder, ".no_exist", commit));

    /// <summary>The commit that a revision is, as far as is known here; null where it is not.</summary>
    public string? CommitOf(string revision) => Revision.IsCommit(revision)
        ? revision
        : CommitIn(RefPath(revision)) ?? CommitIn(ClashingRefPath(revision));

    /// <summary>Remembers which commit a revision is, where the cache can be written to.</summary>
    public void SetCommit(string revision, string commit)
    {
        if (CommitOf(revision) == commit)
        {
            return;
        }

        // Whoever reads the file meanwhile gets the old commit or the new one.
        string written = Path.Combine(LockFolder, $"{Guid.NewGuid():N}.ref");
        try
        {
            Directory.CreateDirectory(LockFolder);
            File.WriteAllText(written, commit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is asked again the next time.
            return;
        }

        if (TryMove(written, RefPath(revision)))
        {
            TryDelete(ClashingRefPath(revision));
        }
        else if (!TryMove(written, ClashingRefPath(revision)))
        {
            TryDelete(written);
        }
    }

    public string BlobPath(BlobChecksum checksum) => Path.Combine(Folder, "blobs", checksum.Digits);

    /// <summary>Keeps every other process, Python's included, and everything else in this one from the same blob.</summary>
    public Task<IDisposable> LockAsync(BlobChecksum checksum, TimeProvider clock, CancellationToken cancellationToken) =>
        FileLock.AcquireAsync(Path.Combine(LockFolder, $"{checksum.Digits}.lock"), clock, cancellationToken);

    /// <summary>Makes a blob appear under a name in a snapshot.</summary>
    public void Publish(BlobChecksum checksum, CachedSnapshot snapshot, string name)
    {
        string path = snapshot.PathOf(name);
        string folder = Path.GetDirectoryName(path)!;
        string blob = BlobPath(checksum);
        Directory.CreateDirectory(folder);
        if (allowsLinks && TryLink(snapshot, name, checksum, Path.GetRelativePath(folder, blob)))
        {
            return;
        }

        File.Move(blob, path, overwrite: true);
    }

    private static bool TryLink(CachedSnapshot snapshot, string name, BlobChecksum checksum, string target)
    {
        try
        {
            // All that can be in the way is a link to a blob that is gone, or to another.
            if (!snapshot.Contains(name) || (snapshot.ChecksumOf(name) is { } other && other != checksum))
            {
                File.Delete(snapshot.PathOf(name));
            }

            File.CreateSymbolicLink(snapshot.PathOf(name), target);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process was faster, or links are not permitted.
            return snapshot.Contains(name);
        }
    }

    private static string? CommitIn(string file)
    {
        string? commit = File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        return commit is not null && Revision.IsCommit(commit) ? commit : null;
    }

    private static bool TryMove(string file, string target)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(file, target, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file too many does no harm.
        }
    }

    private string RefPath(string revision) => Path.Combine(Folder, "refs", revision);

    // A branch a and a tag a/b, or the branch a of old and the branch a/b of today: in Python's layout one would have to be a
    // file and a folder. No part of a name in git begins with a dot.
    private string ClashingRefPath(string revision) => Path.Combine(Folder, "refs", ".flat", Uri.EscapeDataString(revision));
}
