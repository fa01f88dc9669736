using System.Text;
using System.Text.Json.Nodes;

namespace Batching.Tests.Folders;

/// <summary>A model's folder in a temporary place, to be damaged file by file. Deleted when it is disposed of.</summary>
internal sealed class ModelFolderBuilder : IDisposable
{
    /// <summary>The vocabulary of <see cref="Tiny"/>, by id.</summary>
    public static readonly string[] TinyVocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "##ly"];

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("batching-tests-");

    private ModelFolderBuilder()
    {
    }

    public string Folder => directory.FullName;

    /// <summary>A copy of one of the contracts: DistilBERT with a vocab.txt of 1,500 tokens and 64 positions, unless another is named.</summary>
    public static ModelFolderBuilder Copy(string contract = "distilbert-vocab-txt-only")
    {
        var model = new ModelFolderBuilder();
        foreach (string file in Directory.EnumerateFiles(Repository.Contract(contract)))
        {
            File.Copy(file, model.PathOf(Path.GetFileName(file)));
        }

        return model;
    }

    /// <summary>A model of eight tokens, two labels and no configuration but its vocab.txt, with a graph of the test's own.</summary>
    public static ModelFolderBuilder Tiny(OnnxGraph? graph = null) => new ModelFolderBuilder()
        .Write("vocab.txt", string.Join('\n', TinyVocabulary))
        .Write("model.onnx", (graph ?? OnnxGraph.Classifier()).ToBytes());

    public string PathOf(string name) => Path.Combine(Folder, name);

    public ModelFolderBuilder Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
        return this;
    }

    public ModelFolderBuilder Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public ModelFolderBuilder Delete(string name)
    {
        File.Delete(PathOf(name));
        return this;
    }

    public ModelFolderBuilder Move(string name, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(to))!);
        File.Move(PathOf(name), PathOf(to));
        return this;
    }

    /// <summary>Keeps the first bytes of a file.</summary>
    public ModelFolderBuilder Truncate(string name, int length) => Write(name, File.ReadAllBytes(PathOf(name))[..length]);

    /// <summary>Changes the text of a file.</summary>
    public ModelFolderBuilder Change(string name, Func<string, string> change) => Write(name, change(File.ReadAllText(PathOf(name))));

    /// <summary>Changes a JSON object; where there is no such file, an empty one.</summary>
    public ModelFolderBuilder Edit(string name, Action<JsonObject> edit)
    {
        JsonObject json = File.Exists(PathOf(name)) ? JsonNode.Parse(File.ReadAllText(PathOf(name)))!.AsObject() : [];
        edit(json);
        return Write(name, json.ToJsonString());
    }

    public SequenceClassifier Load(SequenceClassifierOptions? options = null) => SequenceClassifier.Load(Folder, options);

    /// <summary>Opens the folder's files, for those who load from streams.</summary>
    public Stream? Open(string name) => File.Exists(PathOf(name)) ? File.OpenRead(PathOf(name)) : null;

    public void Dispose() => directory.Delete(recursive: true);
}
