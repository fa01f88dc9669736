namespace Batching.Hub;

/// <summary>A file that a server has.</summary>
/// <param name="Repository">Whose it is.</param>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Address">Where it is asked for.</param>
/// <param name="Checksum">What its content is known by.</param>
/// <param name="Length">Its length in bytes; null where the server says so only when it sends it.</param>
internal sealed record RemoteFile(RepositoryId Repository, string Name, Uri Address, BlobChecksum Checksum, long? Length);
