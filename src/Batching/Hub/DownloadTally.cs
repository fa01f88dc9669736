namespace Batching.Hub;

/// <summary>Adds up what has come of several files, and reports it.</summary>
internal sealed class DownloadTally(IProgress<ModelDownloadProgress>? progress, IReadOnlyList<RemoteFile> files)
{
    private const long Step = 1 << 20;

    private readonly long? total = files.All(file => file.Length is not null) ? files.Sum(file => file.Length!.Value) : null;
    private long finished;
    private long reported = -Step;

    /// <summary>Says how much of a file there is, but not for every few bytes.</summary>
    public void Report(RemoteFile file, long bytes, long? length)
    {
        if (progress is not null && (Math.Abs(bytes - reported) >= Step || (bytes == length && bytes != reported)))
        {
            reported = bytes;
            progress.Report(new ModelDownloadProgress(file.Name, bytes, length, finished + bytes, total));
        }
    }

    /// <summary>Says that a file is there.</summary>
    public void Finish(long length)
    {
        finished += length;
        reported = -Step;
    }
}
