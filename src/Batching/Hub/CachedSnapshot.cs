using Batching.Folders;

namespace Batching.Hub;

/// <summary>The files of one commit in a cache.</summary>
/// <param name="folder">Where they are, each a link to its blob.</param>
/// <param name="missingFolder">Where empty files stand for those that the commit is known not to have.</param>
internal sealed class CachedSnapshot(string folder, string missingFolder)
{
    public string Folder => folder;

    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Whether a file is here. A link to a blob that is gone is not enough, although it exists.</summary>
    public bool Contains(string name) =>
        File.Exists(PathOf(name)) && (File.ResolveLinkTarget(PathOf(name), returnFinalTarget: true)?.Exists ?? true);

    public bool IsKnownNotToHave(string name) => File.Exists(Path.Combine(missingFolder, name));

    /// <summary>Remembers that the commit does not have a file, as Python does, where the cache can be written to.</summary>
    public void MarkMissing(string name)
    {
        if (IsKnownNotToHave(name))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(missingFolder);
            File.WriteAllBytes(Path.Combine(missingFolder, name), []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is asked for again the next time.
        }
    }

    /// <summary>What a file's content is to be known by: the name of the blob that it links to.</summary>
    /// <returns>The checksum; null where the file is no link, or its blob is called otherwise, as where the system has no links.</returns>
    public BlobChecksum? ChecksumOf(string name) =>
        BlobChecksum.Parse(Path.GetFileName(File.ResolveLinkTarget(PathOf(name), returnFinalTarget: true)?.FullName));

    /// <summary>Reads files to see whether they are what they are known by.</summary>
    /// <param name="names">Files that are here.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Those that are not. What is known by nothing cannot be told.</returns>
    public async Task<IReadOnlyList<string>> FindDamagedAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        List<string> damaged = [];
        foreach (string name in names)
        {
            if (ChecksumOf(name) is { } checksum && !await checksum.IsOfAsync(PathOf(name), cancellationToken).ConfigureAwait(false))
            {
                damaged.Add(name);
            }
        }

        return damaged;
    }

    /// <summary>A file that a classifier needs and that is not here; null where nothing is missing.</summary>
    /// <param name="choice">Which .onnx file.</param>
    /// <param name="weightsOf">The files of weights that an .onnx file which is here names.</param>
    public string? FindMissing(OnnxFileChoice choice, Func<string, IReadOnlyList<string>> weightsOf)
    {
        var files = FileSelection.From(Contains, choice);
        return files.Model is null ? OnnxFile.Candidates(choice)[0]
            : files.Tokenizer.Count == 0 ? TokenizerFiles.Tokenizer
            : IsUnknown(ModelConfig.FileName) ? ModelConfig.FileName
            : weightsOf(files.Model).FirstOrDefault(weights => !Contains(weights));
    }

    /// <summary>Whether the commit may have a file that is not here.</summary>
    public bool IsUnknown(string name) => !Contains(name) && !IsKnownNotToHave(name);

    /// <summary>The length of a file that is here. A link has a length of its own.</summary>
    public long LengthOf(string name) =>
        ((File.ResolveLinkTarget(PathOf(name), returnFinalTarget: true) as FileInfo) ?? new FileInfo(PathOf(name))).Length;
}
