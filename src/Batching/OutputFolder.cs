using Batching.Hub;

namespace Batching;

/// <summary>A folder that is there whole or not at all: written under another name beside its place, and moved when it is done.</summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string typed;
    private readonly string target;
    private readonly bool replaces;
    private readonly IReadOnlyCollection<string> files;
    private readonly IDisposable exclusion;
    private bool isDone;

    private OutputFolder(string typed, string target, bool replaces, IReadOnlyCollection<string> files, string staging, IDisposable exclusion)
    {
        this.typed = typed;
        this.target = target;
        this.replaces = replaces;
        this.files = files;
        this.exclusion = exclusion;
        Staging = staging;
    }

    /// <summary>Where its files are written.</summary>
    public string Staging { get; }

    /// <param name="typed">Where the folder is to be; a link to a folder stays a link.</param>
    /// <param name="model">The folder of the model it is made from.</param>
    /// <param name="replaces">Whether it may take the place of an older one.</param>
    /// <param name="files">The files it will hold, by their names in it.</param>
    /// <exception cref="ArgumentException">There is something in its place that is not to be lost, nothing can be written there, or another process does.</exception>
    public static OutputFolder Begin(string typed, string model, bool replaces, IReadOnlyCollection<string> files)
    {
        string place = EndOf(typed);
        string source = EndOf(model);
        if ($"{source}{Path.DirectorySeparatorChar}".StartsWith($"{place}{Path.DirectorySeparatorChar}", PathComparison))
        {
            throw Refuse(typed, "holds the model itself. Give another folder.");
        }

        DemandFree(typed, place, replaces, files);
        string staging = $"{place}.{Path.GetRandomFileName()}.partial";
        try
        {
            Directory.CreateDirectory(staging);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Refuse(typed, $"cannot be written: {exception.Message}", exception);
        }

        try
        {
            // A file beside it is locked, because a folder cannot be.
            return new OutputFolder(typed, place, replaces, files, staging, Lock(typed, place));
        }
        catch
        {
            Directory.Delete(staging, recursive: true);
            throw;
        }
    }

    /// <summary>The path of a file that is to be written.</summary>
    public string PathOf(string name)
    {
        string path = Path.Combine(Staging, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Puts the folder in its place.</summary>
    /// <exception cref="ArgumentException">Something has come there meanwhile that is not to be lost.</exception>
    public void Complete()
    {
        DemandFree(typed, target, replaces, files);

        // Moved away before it is deleted: between the two there is at no time half a folder in its place.
        string? old = Directory.Exists(target) ? $"{Staging}.old" : null;
        if (old is not null)
        {
            Directory.Move(target, old);
        }

        try
        {
            Directory.Move(Staging, target);
        }
        catch when (old is not null)
        {
            Directory.Move(old, target);
            throw;
        }

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

        // Also one that a run left that was killed. While it is locked, so that it is not another process's.
        File.Delete(LockOf(target));
        exclusion.Dispose();
    }

    private static IDisposable Lock(string typed, string place)
    {
        try
        {
            while (true)
            {
                IDisposable held = FileLock.TryAcquire(LockOf(place))
                    ?? throw Refuse(typed, "is being written by another process. Wait for it to end, or give another folder.");

                // Who had it may have taken it away between the two.
                if (File.Exists(LockOf(place)))
                {
                    return held;
                }

                held.Dispose();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refuse(typed, $"cannot be written: {exception.Message}", exception);
        }
    }

    private static ArgumentException Refuse(string outputFolder, string why, Exception? cause = null) =>
        new($"The output folder '{outputFolder}' {why}", nameof(outputFolder), cause);

    private static string LockOf(string folder) => $"{folder}.lock";

    private static string EndOf(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever reads or writes there says what is wrong with it.
            return path;
        }
    }

    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private static void DemandFree(string typed, string place, bool replaces, IReadOnlyCollection<string> files)
    {
        if (File.Exists(place))
        {
            throw Refuse(typed, "is a file. Give a folder.");
        }

        if (!Directory.Exists(place))
        {
            return;
        }

        if (!replaces)
        {
            throw Refuse(typed, $"exists. Give another folder, or set {nameof(QuantizerOptions)}.{nameof(QuantizerOptions.ReplaceOutput)} to replace it.");
        }

        // A folder given by mistake is not emptied.
        string? other = Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(place, path).Replace('\\', '/'))
            .FirstOrDefault(name => !files.Contains(name, StringComparer.Ordinal));
        if (other is not null)
        {
            throw Refuse(typed, $"holds '{other}', which is none of the files that would take its place, and is not deleted. Give another folder.");
        }
    }
}
