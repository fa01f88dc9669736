namespace Batching;

/// <summary>How far a download has come.</summary>
/// <param name="File">The file that is on its way, by its name in the repository.</param>
/// <param name="FileBytes">How many bytes of it are there, what an earlier download left included. May fall where a server sends a file from its start again.</param>
/// <param name="FileLength">How many bytes it has; null where the server does not say.</param>
/// <param name="TotalBytes">How many bytes of all files that were missing are there.</param>
/// <param name="TotalLength">How many bytes these files have; null where the server does not say of one.</param>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record ModelDownloadProgress(string File, long FileBytes, long? FileLength, long TotalBytes, long? TotalLength);
