using Batching.Rows.Files;

namespace Batching.Rows.Inputs;

/// <summary>A file, stdin, or a stream that was given.</summary>
/// <param name="Path">The path, or <see cref="RowFormats.StandardStream"/>; a stream's name.</param>
/// <param name="Given">The stream, where one was given.</param>
internal sealed record InputSource(string Path, Stream? Given = null)
{
    public bool IsStandardInput => Given is null && Path == RowFormats.StandardStream;

    /// <summary>What is behind it.</summary>
    public FileNode Node => Given is not null ? default : IsStandardInput ? FileNode.OfDescriptor(0) : FileNode.At(Path);

    /// <summary>Whether nothing is there.</summary>
    public bool IsMissing => Given is null && !IsStandardInput && Node.Kind == FileKind.None;

    /// <summary>Whether it gives the same again when it is opened again. A FIFO, a device and stdin do not: who opens them twice loses rows.</summary>
    public bool CanBeReadAgain => !IsStandardInput && Node.Kind == FileKind.Regular;

    /// <summary>What messages call it.</summary>
    public string Name => IsStandardInput ? "stdin" : Path;

    /// <summary>Its text, unpacked where it is packed. What can be sought in is not packed.</summary>
    /// <exception cref="RowsException">There is no such file, or it may not be read.</exception>
    public Stream OpenText()
    {
        Stream stream = Open();
        Compression expected = Given is null ? Compressions.Of(Path) : Compression.None;
        return expected == Compression.None && stream.CanSeek && (Given is not null || CanBeReadAgain) && !IsPacked(stream)
            ? stream
            : new UnpackedStream(stream, Name, expected);
    }

    /// <summary>Its bytes.</summary>
    /// <exception cref="RowsException">There is no such file, or it may not be read.</exception>
    public Stream Open()
    {
        if (Given is not null)
        {
            return Given;
        }

        if (IsStandardInput)
        {
            return Console.OpenStandardInput();
        }

        try
        {
            return new FileStream(Path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 1 << 16 });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw RowsException.Refused(
                File.Exists(Path) ? $"'{Path}' cannot be read: {exception.Message}"
                : Directory.Exists(Path) ? $"'{Path}' is a folder. Give a file."
                : $"'{Path}' does not exist. Give the file that holds the texts, or - for stdin.",
                exception,
                nameof(RowClassificationOptions.Inputs));
        }
    }
    private static bool IsPacked(Stream stream)
    {
        long position = stream.Position;
        var start = new byte[4];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = position;
        return Compressions.OfStart(start.AsSpan(0, length)) != Compression.None;
    }
}
