using System.Buffers;
using Batching.Tokenization;

namespace Batching;

/// <summary>The files of a Hugging Face model, in a folder or behind a function that opens them.</summary>
/// <remarks>
/// Names are relative to the model's folder and use <c>/</c>. What is no regular file is not opened; an empty file and a git-lfs
/// pointer are refused wherever one is read. Immutable and, where the function that opens files is, thread-safe.
/// </remarks>
public sealed class ModelFolder
{
    // The folder given may be the wrong one, with a whole disk below it.
    private static readonly EnumerationOptions NearFiles = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 2,
        IgnoreInaccessible = true,
    };

    /// <summary>The most bytes of a file that is read whole, unless told otherwise: 64 MiB. The largest files of tokenizers have some 35 MB.</summary>
    public const int MostBytes = 1 << 26;

    private readonly Func<string, Stream?> open;

    private ModelFolder(string name, string? directory, Func<string, Stream?> open, bool keepsHashes = false)
    {
        Name = name;
        Directory = directory;
        Loaded = new LoadedFiles(directory, keepsHashes);
        this.open = open;
    }

    /// <summary>What messages call the whole: the folder's path in quotes, or "the given streams".</summary>
    public string Name { get; }

    /// <summary>The folder's path, or null where there are only streams.</summary>
    public string? Directory { get; }

    /// <summary>What has been opened, and what of that was there.</summary>
    public LoadedFiles Loaded { get; }

    /// <summary>The files of a folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <returns>The files.</returns>
    /// <exception cref="ModelLoadException">There is no such folder.</exception>
    public static ModelFolder At(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!System.IO.Directory.Exists(folder))
        {
            string what = File.Exists(folder) ? "is a file" : "does not exist";
            throw new ModelLoadException(
                $"The model folder '{folder}' {what}. Give the folder that holds config.json, the tokenizer's files and the .onnx file, as Hugging Face lays it out.",
                folder);
        }

        return new ModelFolder($"'{folder}'", folder, name =>
        {
            string path = Path.Combine(folder, name);
            return System.IO.Directory.Exists(path)
                ? throw new ModelLoadException($"'{path}' is a folder, not a file. Download the file of that name in its place.", path)
                : File.Exists(path) ? RegularFile.Open(path) ?? throw NoContent(path) : null;
        });
    }

    /// <summary>The files behind a function, such as a program's own resources or an archive.</summary>
    /// <param name="openFile">
    /// Opens a file by name for reading, or returns null where there is none: a new stream at every call, which whoever reads
    /// it disposes of.
    /// </param>
    /// <param name="keepsHashes">Whether contents are hashed as they are read, because they cannot be read again (<see cref="LoadedFiles.Hash"/>).</param>
    /// <returns>The files.</returns>
    public static ModelFolder From(Func<string, Stream?> openFile, bool keepsHashes = false)
    {
        ArgumentNullException.ThrowIfNull(openFile);
        return new ModelFolder("the given streams", directory: null, openFile, keepsHashes);
    }

    /// <summary>What messages call a file.</summary>
    /// <param name="name">The file.</param>
    /// <returns>Its path, or its name where there are only streams.</returns>
    public string PathOf(string name) => Directory is null ? name : Path.Combine(Directory, name);

    /// <summary>Whether there is a file.</summary>
    /// <param name="name">The file.</param>
    /// <returns>True if it can be opened.</returns>
    /// <exception cref="ModelLoadException">The file cannot be opened.</exception>
    public bool Contains(string name)
    {
        using Stream? stream = Open(name, isRead: false);
        return stream is not null;
    }

    /// <summary>The whole content of a file.</summary>
    /// <param name="name">The file.</param>
    /// <param name="mostBytes">The most bytes that a file of its kind has.</param>
    /// <returns>Its bytes, or null where there is no such file.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read, is empty, too large, or a git-lfs pointer.</exception>
    public byte[]? Read(string name, int mostBytes = MostBytes)
    {
        byte[]? content = Read(name, stream => ReadAll(stream, mostBytes));
        if (content is not null)
        {
            Loaded.AddContent(name, content);
        }

        return content;
    }

    /// <summary>Looks at the start of a file, if there is one, and leaves the rest to whoever reads it.</summary>
    /// <param name="name">The file.</param>
    /// <exception cref="ModelLoadException">The file cannot be read, is empty, or is a git-lfs pointer.</exception>
    public void Check(string name) => Read(name, ReadStart);

    /// <summary>Gives a file to whoever reads it in a way of their own.</summary>
    /// <typeparam name="T">What they make of it.</typeparam>
    /// <param name="name">The file.</param>
    /// <param name="read">Reads it. The stream is disposed of afterwards.</param>
    /// <param name="otherwise">What is returned where there is no such file.</param>
    /// <returns>What <paramref name="read"/> returns, or <paramref name="otherwise"/>.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read.</exception>
    public T Read<T>(string name, Func<Stream, T> read, T otherwise)
    {
        ArgumentNullException.ThrowIfNull(read);
        using Stream? stream = Open(name, isRead: true);
        try
        {
            return stream is null ? otherwise : read(stream);
        }
        catch (Exception exception) when (IsOfReading(exception))
        {
            throw CannotBeRead(name, exception);
        }
    }

    /// <summary>Whether an exception is one that a stream throws which cannot be read.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>True if <see cref="CannotBeRead"/> is to say so.</returns>
    public static bool IsOfReading(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDataException or ObjectDisposedException or NotSupportedException;

    /// <summary>Says that a file cannot be read.</summary>
    /// <param name="name">The file.</param>
    /// <param name="exception">What its stream threw.</param>
    /// <returns>The exception to throw, which names the file.</returns>
    public ModelLoadException CannotBeRead(string name, Exception exception) => exception is ObjectDisposedException or NotSupportedException
        ? new ModelLoadException(
            $"The stream of '{PathOf(name)}' cannot be read: {exception.Message} Open a new stream for reading at every call; it is disposed of afterwards.",
            PathOf(name),
            exception)
        : new ModelLoadException(
            $"'{PathOf(name)}' cannot be read: {exception.Message} Check that the file is whole, or download it again.", PathOf(name), exception);

    /// <summary>Opens a file of any size that can be read from anywhere.</summary>
    /// <param name="name">The file.</param>
    /// <returns>The stream, which the caller disposes of; null where there is none.</returns>
    /// <exception cref="ModelLoadException">The file cannot be opened or read.</exception>
    public Stream? OpenSeekable(string name)
    {
        Stream? stream = Open(name, isRead: true);
        if (stream is null or { CanSeek: true })
        {
            if (stream is not null)
            {
                Loaded.AddContent(name, stream);
            }

            return stream;
        }

        stream.Dispose();
        return Read(name, Array.MaxLength) is { } content ? new MemoryStream(content, writable: false) : null;
    }

    /// <summary>Whether a file that another one names is among the model's: links lead out of its folder only where the other's do.</summary>
    /// <param name="name">The file.</param>
    /// <param name="by">The file that names it.</param>
    /// <returns>True if it may be read for the model.</returns>
    /// <exception cref="ModelLoadException">The links do not end.</exception>
    public bool Confines(string name, string by)
    {
        if (Directory is null)
        {
            return true;
        }

        try
        {
            string file = RegularFile.RealPathOf(PathOf(name));
            return IsIn(RegularFile.RealPathOf(Directory), file)
                || IsIn(Path.GetDirectoryName(RegularFile.RealPathOf(PathOf(by)))!, file)
                || (Blobs() is { } blobs && IsIn(blobs, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotBeOpened(name, exception);
        }

        static bool IsIn(string folder, string file) =>
            file.StartsWith(
            Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar,
            OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    /// <summary>The files that match a pattern, in the folder and two folders deep.</summary>
    /// <param name="pattern">The pattern of a name, such as <c>*.onnx</c>.</param>
    /// <returns>Their names, in ordinal order; none where there are only streams, which cannot be listed.</returns>
    public IReadOnlyList<string> Find(string pattern) => Directory is null
        ? []
        : [.. System.IO.Directory.EnumerateFiles(Directory, pattern, NearFiles)
            .Select(path => Path.GetRelativePath(Directory, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    private static ReadOnlySpan<byte> LfsPointerStart => "version https://git-lfs.github.com/spec/"u8;

    private static ModelLoadException NoContent(string path) => new(
        $"'{path}' is empty, or no file on a disk but a pipe, a device or a socket. Download the file again, in its place.", path);

    private static byte[] ReadAll(Stream stream, int mostBytes)
    {
        long length = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : 0;
        CheckLength(length);
        using var content = new MemoryStream((int)length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (stream.Read(buffer) is > 0 and int read)
            {
                CheckLength(content.Length + read);
                content.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();

        void CheckLength(long bytes)
        {
            if (bytes > mostBytes)
            {
                throw new IOException(bytes <= Array.MaxLength
                    ? $"It has {bytes} bytes or more; {mostBytes} are the most that a file of its kind may have."
                    : $"It has {bytes} bytes, more than the {Array.MaxLength} that fit into one array; a model so large loads from a folder only.");
            }
        }
    }

    private static byte[] ReadStart(Stream stream)
    {
        var start = new byte[LfsPointerStart.Length];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return start[..length];
    }

    private Stream? Open(string name, bool isRead)
    {
        try
        {
            FileStamp? stamp = Loaded.Look(name);
            Stream? stream = open(name);
            Loaded.Add(name, stream is not null, stamp, isRead);
            return stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw CannotBeOpened(name, exception);
        }
    }

    private ModelLoadException CannotBeOpened(string name, Exception exception)
    {
        string advice = Directory is null
            ? "Return null for a file that does not exist."
            : "Check that the file is there, and that this process may read it.";
        return new ModelLoadException($"'{PathOf(name)}' cannot be opened: {exception.Message} {advice}", PathOf(name), exception);
    }

    // Where Hugging Face's cache has the contents of the files in this folder.
    private string? Blobs()
    {
        string? snapshots = Path.GetDirectoryName(RegularFile.RealPathOf(Directory!));
        return Path.GetFileName(snapshots) == "snapshots" ? Path.Combine(Path.GetDirectoryName(snapshots)!, "blobs") : null;
    }

    private byte[]? Read(string name, Func<Stream, byte[]> read)
    {
        byte[]? bytes = Read<byte[]?>(name, read, otherwise: null);
        if (bytes is null)
        {
            return null;
        }

        if (bytes.Length == 0)
        {
            throw new ModelLoadException($"'{PathOf(name)}' is empty. Download the file again.", PathOf(name));
        }

        return bytes.AsSpan().StartsWith(LfsPointerStart)
            ? throw new ModelLoadException(
                $"'{PathOf(name)}' is a git-lfs pointer, not the file itself. Run 'git lfs install' and 'git lfs pull' in the repository it came from, or download the file.",
                PathOf(name))
            : bytes;
    }
}
