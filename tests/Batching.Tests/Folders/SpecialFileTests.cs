using System.Diagnostics;
using Batching.Tokenization;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Pipes and devices under the names of a model's files: a load ends, and says which it was.</summary>
public sealed class SpecialFileTests
{
    private const string WordPiece = "distilbert-vocab-txt-only";

    public static TheoryData<string, string> Files => new()
    {
        { WordPiece, "config.json" },
        { WordPiece, "tokenizer_config.json" },
        { WordPiece, "special_tokens_map.json" },
        { WordPiece, "tokenizer.json" },
        { WordPiece, "vocab.txt" },
        { WordPiece, "model.onnx" },
        { WordPiece, "onnx/model.onnx" },
        { "bert-cased-pairs", "tokenizer.json" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_pipe_in_place_of_a_file_is_refused_and_not_waited_for(string contract, string name)
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Copy(contract);
        MakePipe(model, name);
        Refusal.Of(model, name, "a pipe, a device or a socket", "in its place");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_device_in_place_of_a_file_is_refused_and_not_read(string contract, string name)
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Copy(contract);
        MakeLink(model, name, "/dev/zero");
        Refusal.Of(model, name, "a pipe, a device or a socket", "in its place");
    }

    [Theory]
    [InlineData("vocab.json", "merges.txt")]
    [InlineData("merges.txt", "vocab.json")]
    [InlineData("sentencepiece.bpe.model", null)]
    [InlineData("spiece.model", null)]
    public void A_pipe_in_place_of_another_tokenizers_file_is_refused_and_not_waited_for(string name, string? beside)
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Copy().Delete("vocab.txt");
        MakePipe(model, name);
        if (beside is not null)
        {
            model.Write(beside, "{}");
        }

        Refusal.Of(model, name, "a pipe, a device or a socket", "in its place");
    }

    [Fact]
    public void A_pipe_in_place_of_weights_is_refused_and_not_waited_for()
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier().ExternalWeights("embeddings", "weights", 8, 2));
        MakePipe(model, "weights");
        Refusal.Of(model, "weights", "a pipe, a device or a socket", "in its place");
    }

    [Fact]
    public void Links_to_regular_files_are_followed_however_many()
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Copy().Move("config.json", "files/1.json").Move("model.onnx", "files/1.onnx");
        MakeLink(model, "files/config.json", "./1.json");
        MakeLink(model, "linked", "files");
        MakeLink(model, "config.json", "linked/../files/config.json");
        MakeLink(model, "model.onnx", model.PathOf("linked/1.onnx"));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(["NEGATIVE", "POSITIVE"], classifier.Labels);
    }

    [Fact]
    public void Links_without_an_end_are_refused()
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Copy().Delete("config.json");
        MakeLink(model, "config.json", "other.json");
        MakeLink(model, "other.json", "config.json");
        Refusal.Of(model, "config.json", "cannot be opened");
    }

    [Fact]
    public void A_path_without_links_is_the_one_that_the_system_finds()
    {
        SkipOnWindows();
        using var model = ModelFolderBuilder.Copy();
        MakeLink(model, "a", "b/");
        MakeLink(model, "b", "../" + Path.GetFileName(model.Folder));
        string real = RegularFile.RealPathOf(model.Folder);
        Assert.Equal(Path.Combine(real, "config.json"), RegularFile.RealPathOf(model.PathOf("a/b/./a/config.json")));
        Assert.Equal(Path.Combine(real, "missing/file"), RegularFile.RealPathOf(model.PathOf("a/missing/file")));
        Assert.Equal("/", RegularFile.RealPathOf("/.."));
    }

    private static void SkipOnWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes and devices in folders.");

    private static void MakePipe(ModelFolderBuilder model, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(model.PathOf(name))!);
        model.Delete(name);
        using var process = Process.Start("mkfifo", model.PathOf(name));
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void MakeLink(ModelFolderBuilder model, string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(model.PathOf(name))!);
        model.Delete(name);
        File.CreateSymbolicLink(model.PathOf(name), target);
    }
}
