namespace Batching.ModelFiles;

/// <summary>The files of a Hugging Face model, in a folder or behind a function that opens them.</summary>
/// <remarks>Names are relative to the model's folder and use <c>/</c>. A git-lfs pointer is refused wherever it is read.</remarks>
internal sealed class ModelFolder
{
    private const string LfsPointerStart = "version https://git-lfs.github.com/spec/";

    private readonly Func<string, Stream?> open;

    private ModelFolder(string name, string? directory, Func<string, Stream?> open)
    {
        Name = name;
        Directory = directory;
        this.open = open;
    }

    /// <summary>What messages call the whole: the folder's path, or "the given streams".</summary>
    public string Name { get; }

    /// <summary>The folder's path, or null where there are only streams.</summary>
    public string? Directory { get; }

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

        return new ModelFolder(folder, folder, name =>
        {
            string path = Path.Combine(folder, name);
            return File.Exists(path) ? File.OpenRead(path) : null;
        });
    }

    /// <param name="open">Opens a file by name for reading; null where there is none. The caller disposes of the stream.</param>
    public static ModelFolder From(Func<string, Stream?> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return new ModelFolder("the given streams", directory: null, open);
    }

    /// <summary>What messages call a file: its path, or its name where there are only streams.</summary>
    public string PathOf(string name) => Directory is null ? name : Path.Combine(Directory, name);

    public bool Contains(string name)
    {
        using Stream? stream = Open(name);
        return stream is not null;
    }

    /// <summary>The whole content of a file, or null where there is none.</summary>
    /// <exception cref="ModelLoadException">The file cannot be read, or is a git-lfs pointer.</exception>
    public byte[]? Read(string name)
    {
        using Stream? stream = Open(name);
        if (stream is null)
        {
            return null;
        }

        try
        {
            using var content = new MemoryStream(stream.CanSeek ? checked((int)(stream.Length - stream.Position)) : 0);
            stream.CopyTo(content);
            byte[] bytes = content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
            RefuseLfsPointer(name, bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OverflowException or NotSupportedException)
        {
            throw new ModelLoadException($"'{PathOf(name)}' cannot be read: {exception.Message}", PathOf(name), exception);
        }
    }

    /// <exception cref="ModelLoadException">The file is a git-lfs pointer, or cannot be read.</exception>
    public void RefuseLfsPointer(string name)
    {
        using Stream? stream = Open(name);
        if (stream is null)
        {
            return;
        }

        var start = new byte[LfsPointerStart.Length];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        RefuseLfsPointer(name, start.AsSpan(0, length));
    }

    /// <summary>The .onnx files of a folder by name; none where there are only streams, which cannot be listed.</summary>
    public IReadOnlyList<string> OnnxFiles() => Directory is null
        ? []
        : [.. System.IO.Directory.EnumerateFiles(Directory, "*.onnx", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Directory, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    private Stream? Open(string name)
    {
        try
        {
            return open(name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"'{PathOf(name)}' cannot be opened: {exception.Message}", PathOf(name), exception);
        }
    }

    private void RefuseLfsPointer(string name, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs.github.com/spec/"u8))
        {
            throw new ModelLoadException(
                $"'{PathOf(name)}' is a git-lfs pointer, not the file itself. Run 'git lfs install' and 'git lfs pull' in the repository it came from, or download the file.",
                PathOf(name));
        }
    }
}
