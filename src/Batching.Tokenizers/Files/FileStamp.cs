namespace Batching.Tokenization;

/// <summary>What can be told of a file without reading it.</summary>
/// <param name="Path">Where it is, behind all links.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="WrittenUtc">When it was written.</param>
internal readonly record struct FileStamp(string Path, long Length, DateTime WrittenUtc)
{
    /// <summary>The stamp of a file, or null where there is none, or none that can be looked at.</summary>
    public static FileStamp? Of(string path)
    {
        try
        {
            var file = new FileInfo(RegularFile.RealPathOf(path));
            return file.Exists ? new FileStamp(file.FullName, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
