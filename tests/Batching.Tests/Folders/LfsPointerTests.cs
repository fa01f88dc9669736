using Xunit;

namespace Batching.Tests.Folders;

/// <summary>A clone without git-lfs has a pointer of three lines in place of each large file.</summary>
public sealed class LfsPointerTests
{
    private const string Pointer =
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 267955711

        """;

    public static TheoryData<string, string> Files => new()
    {
        { "distilbert-vocab-txt-only", "model.onnx" },
        { "distilbert-vocab-txt-only", "vocab.txt" },
        { "distilbert-vocab-txt-only", "config.json" },
        { "distilbert-vocab-txt-only", "tokenizer_config.json" },
        { "distilbert-vocab-txt-only", "special_tokens_map.json" },
        { "bert-cased-pairs", "model.onnx" },
        { "bert-cased-pairs", "tokenizer.json" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_git_lfs_pointer_is_called_one(string contract, string name)
    {
        using var model = ModelFolderBuilder.Copy(contract).Write(name, Pointer);
        Refusal.Of(model, name, "is a git-lfs pointer, not the file itself", "git lfs pull");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_git_lfs_pointer_from_a_stream_is_called_one(string contract, string name)
    {
        using var model = ModelFolderBuilder.Copy(contract).Write(name, Pointer);
        Refusal.Of(() => SequenceClassifier.Load(model.Open), name, "is a git-lfs pointer, not the file itself", "git lfs pull");
    }

    [Theory]
    [InlineData("model.onnx_data")]
    [InlineData("model.onnx.data")]
    public void A_git_lfs_pointer_in_place_of_the_weights_beside_the_onnx_file_is_called_one(string name)
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier().ExternalWeights("embeddings", name, 8, 2)).Write(name, Pointer);
        Refusal.Of(model, name, "is a git-lfs pointer, not the file itself", "git lfs pull");
    }
}
