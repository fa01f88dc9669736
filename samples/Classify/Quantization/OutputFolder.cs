namespace Classify.Quantization;

/// <summary>A folder that is there whole or not at all: written under another name beside its place, and moved when it is done.</summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string target;
    private bool isDone;

    private OutputFolder(string target, string staging)
    {
        this.target = target;
        Staging = staging;
    }

    /// <summary>Where its files are written.</summary>
    public string Staging { get; }

    /// <param name="target">Where the folder is to be.</param>
    /// <param name="model">The folder of the model it is made from.</param>
    /// <param name="replaces">Whether it may take the place of an older one.</param>
    /// <param name="files">The files it will hold, by their names in it.</param>
    /// <exception cref="CommandException">There is something in its place that is not to be lost, or nothing can be written there.</exception>
    public static OutputFolder Begin(string target, string model, bool replaces, IReadOnlyCollection<string> files)
    {
        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        string source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
        if ($"{source}{Path.DirectorySeparatorChar}".StartsWith($"{target}{Path.DirectorySeparatorChar}", PathComparison))
        {
            throw CommandException.Usage($"--output '{target}' holds the model itself. Give another folder.");
        }

        DemandFree(target, replaces, files);
        string staging = $"{target}.{Path.GetRandomFileName()}.partial";
        try
        {
            Directory.CreateDirectory(staging);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandException.Usage($"--output '{target}' cannot be written: {exception.Message}", exception);
        }

        return new OutputFolder(target, staging);
    }

    /// <summary>The path of a file that is to be written.</summary>
    public string PathOf(string name)
    {
        string path = Path.Combine(Staging, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Puts the folder in its place.</summary>
    public void Complete()
    {
        // Moved away before it is deleted: between the two there is at no time half a folder in its place.
        string? old = Directory.Exists(target) ? $"{Staging}.old" : null;
        if (old is not null)
        {
            Directory.Move(target, old);
        }

        Directory.Move(Staging, target);
        isDone = true;
        if (old is not null)
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>Takes away what was written, unless it is in its place.</summary>
    public void Dispose()
    {
        if (!isDone)
        {
            Directory.Delete(Staging, recursive: true);
        }
    }

    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private static void DemandFree(string target, bool replaces, IReadOnlyCollection<string> files)
    {
        if (File.Exists(target))
        {
            throw CommandException.Usage($"--output '{target}' is a file. Give a folder.");
        }

        if (!Directory.Exists(target))
        {
            return;
        }

        if (!replaces)
        {
            throw CommandException.Usage($"--output '{target}' exists. Give another folder, or --force to replace it.");
        }

        // A folder given by mistake is not emptied.
        string? other = Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(target, path).Replace('\\', '/'))
            .FirstOrDefault(name => !files.Contains(name));
        if (other is not null)
        {
            throw CommandException.Usage($"--output '{target}' holds '{other}', which is none of the files that would take its place, and is not deleted. Give another folder.");
        }
    }
}
