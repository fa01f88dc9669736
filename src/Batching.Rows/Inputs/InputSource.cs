using Classify.Files;

namespace Classify.Inputs;

/// <summary>A file, or stdin.</summary>
/// <param name="Path">The path, or <see cref="FileFormats.StandardStream"/>.</param>
internal sealed record InputSource(string Path)
{
    public bool IsStandardInput => Path == FileFormats.StandardStream;

    /// <summary>What is behind it.</summary>
    public FileNode Node => IsStandardInput ? FileNode.OfDescriptor(0) : FileNode.At(Path);

    /// <summary>Whether nothing is there.</summary>
    public bool IsMissing => !IsStandardInput && Node.Kind == FileKind.None;

    /// <summary>Whether it gives the same again when it is opened again. A FIFO, a device and stdin do not: who opens them twice loses rows.</summary>
    public bool CanBeReadAgain => !IsStandardInput && Node.Kind == FileKind.Regular;

    /// <summary>What messages call it.</summary>
    public string Name => IsStandardInput ? "stdin" : Path;

    /// <exception cref="CommandException">There is no such file, or it may not be read.</exception>
    public Stream Open()
    {
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
            throw CommandException.Usage(
                File.Exists(Path) ? $"'{Path}' cannot be read: {exception.Message}"
                : Directory.Exists(Path) ? $"'{Path}' is a folder. Give a file."
                : $"'{Path}' does not exist. Give the file that holds the texts, or - for stdin.",
                exception);
        }
    }
}
