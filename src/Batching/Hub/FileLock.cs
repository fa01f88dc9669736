namespace Batching.Hub;

/// <summary>A file that one at a time may hold open, by the same system call as Python's <c>filelock</c> uses.</summary>
internal static class FileLock
{
    /// <summary>How long to wait before trying again.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsLockViolation = unchecked((int)0x80070021);

    // EWOULDBLOCK, which is what the runtime gives an exception of its own.
    private static readonly int UnixSharingViolation = OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 35 : 11;

    /// <summary>Waits for the lock.</summary>
    /// <returns>Holds the lock until it is disposed of; it ends with the process in any case.</returns>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static async Task<IDisposable> AcquireAsync(string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                await Task.Delay(Interval, clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the lock where nobody has it.</summary>
    /// <returns>Holds the lock until it is disposed of; null where another has it.</returns>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static IDisposable? TryAcquire(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            return null;
        }
    }

    private static bool IsHeld(IOException exception) => OperatingSystem.IsWindows()
        ? exception.HResult is WindowsSharingViolation or WindowsLockViolation
        : exception.HResult == UnixSharingViolation;
}
