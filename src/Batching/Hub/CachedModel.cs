namespace Batching.Hub;

/// <summary>What a cache has of a classifier.</summary>
/// <param name="Folder">The folder of its files.</param>
/// <param name="Files">The files, all of which have been read; none where one is missing.</param>
/// <param name="Damaged">Those of them that are not what they are known by.</param>
/// <param name="IsCertain">Whether a server has nothing to add to it.</param>
internal sealed record CachedModel(string Folder, IReadOnlyList<string> Files, IReadOnlyList<string> Damaged, bool IsCertain)
{
    /// <summary>A cache that does not have it, or not all of it.</summary>
    public static CachedModel None { get; } = new("", [], [], IsCertain: false);

    /// <summary>Whether it can be used.</summary>
    public bool IsWhole => Files.Count > 0 && Damaged.Count == 0;
}
