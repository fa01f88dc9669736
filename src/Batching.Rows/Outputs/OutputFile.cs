using System.Buffers;
using System.Runtime.ExceptionServices;
using Batching.Rows.Files;

namespace Batching.Rows.Outputs;

/// <summary>A file, stdout, a pipe or a device that is written in units of whole rows.</summary>
/// <remarks>
/// Rows gather in <see cref="Buffer"/>; <see cref="Commit"/> hands all of them to the system at once. After a commit that
/// failed nothing more is written: what comes after a gap would be taken for the rows of the gap.
/// </remarks>
internal sealed class OutputFile : IDisposable
{
    private readonly OutputTarget target;
    private readonly bool isNew;
    private bool isBegun;
    private ExceptionDispatchInfo? failure;

    private OutputFile(OutputTarget target, Stream stream, bool isNew)
    {
        this.target = target;
        this.isNew = isNew;
        Stream = stream;
    }

    /// <summary>What is not written yet.</summary>
    public ArrayBufferWriter<byte> Buffer { get; } = new(1 << 16);

    /// <summary>The bytes themselves: to read a file that is resumed, and for formats that are not written by rows.</summary>
    public Stream Stream { get; }

    /// <summary>What messages call it.</summary>
    public string Name => target.Name;

    /// <summary>Opens what is there or makes a file, changes nothing of it, and keeps other processes from writing it.</summary>
    /// <param name="target">The target.</param>
    /// <param name="reads">Whether what is there will be read.</param>
    /// <exception cref="RowsException">It cannot be written, or another process writes it.</exception>
    public static OutputFile Open(OutputTarget target, bool reads = false)
    {
        try
        {
            return target.Descriptor is { } descriptor ? new OutputFile(target, StandardStreams.OpenForWriting(descriptor), isNew: false)
                : target.IsFile ? OpenLocked(target, reads)
                : new OutputFile(
                    target, new FileStream(target.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), isNew: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw RowsException.Refused($"{target.Name} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Begins to write: cuts a file off, and goes on at its end. Anything else is written as it is.</summary>
    /// <param name="length">How many bytes of the file are kept.</param>
    public void Keep(long length)
    {
        isBegun = true;
        if (target.IsFile)
        {
            Stream.SetLength(length);
            Stream.Seek(0, SeekOrigin.End);
        }
    }

    /// <exception cref="OutputClosedException">Nobody reads it any more.</exception>
    /// <exception cref="RowsException">It cannot be written, now or at an earlier commit.</exception>
    public void Commit()
    {
        failure?.Throw();
        if (Buffer.WrittenCount == 0)
        {
            return;
        }

        Guard(() =>
        {
            Stream.Write(Buffer.WrittenSpan);
            Stream.Flush();
            Buffer.ResetWrittenCount();
        });
    }

    /// <summary>Waits until the disk has what was written to a file. Some file systems say only here that there is no room.</summary>
    /// <exception cref="RowsException">The disk does not take it.</exception>
    public void FlushToDisk()
    {
        if (target.IsFile)
        {
            Guard(() => ((FileStream)Stream).Flush(flushToDisk: true));
        }
    }

    /// <summary>Takes a file away that is not needed any more, and closes it.</summary>
    public void Delete()
    {
        if (!OperatingSystem.IsLinux())
        {
            // There nobody takes away what is open.
            Stream.Dispose();
        }

        File.Delete(target.Path);
        isBegun = true;
        Stream.Dispose();
    }

    /// <summary>Closes it. What was not committed is not written, and a file that was made for a run that did not begin is taken away.</summary>
    public void Dispose()
    {
        if (isNew && !isBegun)
        {
            // While it is locked, so that it is not another process's.
            File.Delete(target.Path);
        }

        Stream.Dispose();
    }

    private static OutputFile OpenLocked(OutputTarget target, bool reads)
    {
        while (true)
        {
            bool isMissing = FileNode.At(target.Path).Kind == FileKind.None;
            FileStream file = OpenFile(target, reads);
            try
            {
                Lock(file, target);

                // Another process may have taken it away between the two, if it had made it and did not begin: see Dispose.
                FileNode locked = FileNode.Of(file.SafeFileHandle);
                if (!locked.IsKnown || locked.IsSameAs(FileNode.At(target.Path)))
                {
                    return new OutputFile(target, file, isNew: isMissing);
                }

                file.Dispose();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    // Where there are no locks of ranges, the file is locked as a whole, and other .NET programs cannot read it meanwhile.
    private static FileStream OpenFile(OutputTarget target, bool reads)
    {
        try
        {
            return new FileStream(
                target.Path,
                FileMode.OpenOrCreate,
                reads ? FileAccess.ReadWrite : FileAccess.Write,
                OperatingSystem.IsLinux() || OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
                bufferSize: 0);
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw InUse(target, exception);
        }
    }

    // A lock of the system, of the file and not of its name: it holds for every link to the file, keeps no reader away, and
    // is gone when the process is, however it ended.
    private static void Lock(FileStream file, OutputTarget target)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            file.Lock(0, 1);
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw InUse(target, exception);
        }
    }

    private static bool IsLocked(IOException exception)
    {
        const int TryAgain = 11;
        const int Access = 13;
        const int TryAgainOnMacOS = 35;
        const int SharingViolation = unchecked((int)0x80070020);
        return exception.HResult is TryAgain or Access or TryAgainOnMacOS or SharingViolation;
    }

    private static RowsException InUse(OutputTarget target, IOException exception) => RowsException.Refused(
        $"{target.Name} is being written by another process. Wait for it to end, or give another file.", exception);

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException exception) when (OutputClosedException.IsCauseOf(exception))
        {
            throw Failed(new OutputClosedException($"The reader of {target.Name} has closed it.", exception));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(RowsException.Failed($"{target.Name} cannot be written any further: {exception.Message}", exception));
        }
    }

    private Exception Failed(Exception exception)
    {
        failure = ExceptionDispatchInfo.Capture(exception);
        return exception;
    }
}
