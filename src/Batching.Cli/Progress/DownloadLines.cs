using System.Globalization;

namespace Batching.Cli.Progress;

/// <summary>Tells how far a download is: a line for every file, and one every few seconds.</summary>
internal sealed class DownloadLines(TextWriter writer, TimeProvider clock) : IProgress<ModelDownloadProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private string file = "";
    private long last;

    public void Report(ModelDownloadProgress value)
    {
        if (value.File == file && clock.GetElapsedTime(last) < Interval)
        {
            return;
        }

        file = value.File;
        last = clock.GetTimestamp();
        string of = value.TotalLength is { } total ? string.Create(CultureInfo.InvariantCulture, $" of {total / 1e6:0.0}") : "";
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Downloading {file}: {value.TotalBytes / 1e6:0.0}{of} MB"));
    }
}
