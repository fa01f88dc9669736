namespace Batching.Folders;

/// <summary>A folder for temporary files that nobody but this process has to do with. It is deleted when it is disposed of.</summary>
internal sealed class PrivateFolder : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("batching-");

    public string FullName => directory.FullName;

    public void Dispose() => TryDelete();

    /// <summary>Deletes it; false where the system keeps files that are in use.</summary>
    public bool TryDelete()
    {
        try
        {
            directory.Delete(recursive: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
