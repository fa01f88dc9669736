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
    public string? CommitOf(string revision)
    {
        if (Revision.IsCommit(revision))
        {
            return revision;
        }

        string file = RefPath(revision);
        string? commit = File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        return commit is not null && Revision.IsCommit(commit) ? commit : null;
    }

    /// <summary>Remembers which commit a revision is.</summary>
    public void SetCommit(string revision, string commit)
    {
        if (CommitOf(revision) == commit)
        {
            return;
        }

        // Whoever reads the file meanwhile gets the old commit or the new one.
        Directory.CreateDirectory(LockFolder);
        string written = Path.Combine(LockFolder, $"{Guid.NewGuid():N}.ref");
        File.WriteAllText(written, commit);
        Directory.CreateDirectory(Path.GetDirectoryName(RefPath(revision))!);
        File.Move(written, RefPath(revision), overwrite: true);
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
        if (allowsLinks && TryLink(snapshot, name, Path.GetRelativePath(folder, blob)))
        {
            return;
        }

        File.Move(blob, path, overwrite: true);
    }

    private static bool TryLink(CachedSnapshot snapshot, string name, string target)
    {
        try
        {
            // All that can be in the way is a link to a blob that is gone.
            if (!snapshot.Contains(name))
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

    private string RefPath(string revision) => Path.Combine(Folder, "refs", revision);
}
