using System.Text;
using Batching.ModelFiles;
using Microsoft.Win32.SafeHandles;

namespace Batching.Hub;

/// <summary>The files of one commit in a cache.</summary>
/// <param name="folder">Where they are, each a link to its blob.</param>
/// <param name="missingFolder">Where empty files stand for those that the commit is known not to have.</param>
internal sealed class CachedSnapshot(string folder, string missingFolder)
{
    // An .onnx file whose weights are elsewhere holds nothing but the graph.
    private const int LongestGraph = 1 << 24;

    public string Folder => folder;

    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Whether a file is here. A link to a blob that is gone is not enough, although it exists.</summary>
    public bool Contains(string name) =>
        File.Exists(PathOf(name)) && (File.ResolveLinkTarget(PathOf(name), returnFinalTarget: true)?.Exists ?? true);

    public bool IsKnownNotToHave(string name) => File.Exists(Path.Combine(missingFolder, name));

    /// <summary>Remembers that the commit does not have a file, as Python does.</summary>
    public void MarkMissing(string name)
    {
        if (!IsKnownNotToHave(name))
        {
            Directory.CreateDirectory(missingFolder);
            File.WriteAllBytes(Path.Combine(missingFolder, name), []);
        }
    }

    /// <summary>A file that a classifier needs and that is not here; null where nothing is missing.</summary>
    /// <param name="options">Which .onnx file.</param>
    public string? FindMissing(SequenceModelOptions options)
    {
        var files = FileSelection.From(Contains, options);
        return files.Model is null ? OnnxFile.Candidates(options.ModelFile, options.Precision)[0]
            : files.Tokenizer.Count == 0 ? TokenizerFiles.Tokenizer
            : IsUnknown(ModelConfig.FileName) ? ModelConfig.FileName
            : OnnxFile.WeightsOf(files.Model).FirstOrDefault(weights => !files.Others.Contains(weights, StringComparer.Ordinal) && Names(files.Model, weights));
    }

    /// <summary>Whether the commit may have a file that is not here.</summary>
    public bool IsUnknown(string name) => !Contains(name) && !IsKnownNotToHave(name);

    /// <summary>The length of a file that is here.</summary>
    public long LengthOf(string name)
    {
        // A link has a length of its own.
        using SafeFileHandle file = File.OpenHandle(PathOf(name));
        return RandomAccess.GetLength(file);
    }

    private bool Names(string model, string weights) =>
        LengthOf(model) <= LongestGraph
        && File.ReadAllBytes(PathOf(model)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Path.GetFileName(weights))) >= 0;
}
