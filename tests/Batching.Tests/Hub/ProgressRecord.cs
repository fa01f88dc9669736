namespace Batching.Tests.Hub;

/// <summary>Keeps what was reported, and may act on it, on the thread that reports.</summary>
internal sealed class ProgressRecord(Action<ModelDownloadProgress>? act = null) : IProgress<ModelDownloadProgress>
{
    private readonly List<ModelDownloadProgress> reports = [];

    public IReadOnlyList<ModelDownloadProgress> Reports => reports;

    public void Report(ModelDownloadProgress value)
    {
        reports.Add(value);
        act?.Invoke(value);
    }
}
