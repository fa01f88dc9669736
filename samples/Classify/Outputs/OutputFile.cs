using System.Buffers;
using Classify.Inputs;

namespace Classify.Outputs;

/// <summary>A file, or stdout, that is written in units of whole rows.</summary>
/// <remarks>Rows gather in <see cref="Buffer"/>; <see cref="Commit"/> hands all of them to the system at once.</remarks>
internal sealed class OutputFile : IDisposable
{
    private readonly Stream stream;

    /// <param name="path">The file, or <see cref="FileFormats.StandardStream"/>.</param>
    /// <param name="length">How many bytes of the file are kept; what follows is cut off, and writing goes on there.</param>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public OutputFile(string path, long length = 0)
    {
        if (path == FileFormats.StandardStream)
        {
            stream = StandardOutput.Open();
            return;
        }

        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.SetLength(length);
            file.Seek(0, SeekOrigin.End);
            stream = file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandException.Usage($"'{path}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>What is not written yet.</summary>
    public ArrayBufferWriter<byte> Buffer { get; } = new(1 << 16);

    /// <exception cref="BrokenPipeException">Nobody reads stdout any more.</exception>
    public void Commit()
    {
        if (Buffer.WrittenCount == 0)
        {
            return;
        }

        try
        {
            stream.Write(Buffer.WrittenSpan);
            stream.Flush();
        }
        catch (IOException exception) when (BrokenPipeException.IsCauseOf(exception))
        {
            throw new BrokenPipeException(exception);
        }
        finally
        {
            Buffer.ResetWrittenCount();
        }
    }

    /// <summary>Closes the file. What was not committed is not written.</summary>
    public void Dispose() => stream.Dispose();
}
