using System.Text;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>.onnx files that are none, or not whole.</summary>
public sealed class DamagedOnnxTests
{
    private const string Advice = "Download it again, or export it again";

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(250_000)]
    [InlineData(499_760)]
    public void A_truncated_file_is_refused(int length)
    {
        using var model = ModelFolderBuilder.Copy().Truncate("model.onnx", length);
        ModelLoadException refusal = Refusal.Of(model, "model.onnx", "damaged", Advice);
        Assert.IsType<OnnxRuntimeException>(refusal.InnerException);
        Refusal.Of(() => SequenceClassifier.Load(model.Open), "model.onnx", "damaged", Advice);
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        using var model = ModelFolderBuilder.Copy().Write("model.onnx", "");
        Refusal.Of(model, "model.onnx", "is empty", "Download the file again");
        Refusal.Of(() => SequenceClassifier.Load(model.Open), "model.onnx", "is empty", "Download the file again");
    }

    public static TheoryData<string> Garbage =>
    [
        "<!DOCTYPE html><html><body>404: Not Found</body></html>",
        "PK\u0003\u0004 an archive",
        new string('\0', 4096),
        new string('x', 100_000),
        "{}",
    ];

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Garbage_is_refused(string content)
    {
        using var model = ModelFolderBuilder.Copy().Write("model.onnx", content);
        Refusal.Of(model, "model.onnx", "damaged", Advice);
        Refusal.Of(() => SequenceClassifier.Load(model.Open), "model.onnx", "damaged", Advice);
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        var bytes = new byte[50_000];
        for (int seed = 0; seed < 20; seed++)
        {
            new Random(seed).NextBytes(bytes);
            using var model = ModelFolderBuilder.Copy().Write("model.onnx", bytes);
            Refusal.Of(model, "model.onnx", "damaged", Advice);
        }
    }

    [Fact]
    public void A_damaged_graph_is_refused_or_loads_but_nothing_else_is_thrown()
    {
        byte[] whole = OnnxGraph.Classifier().ToBytes();
        using var model = ModelFolderBuilder.Tiny();
        for (int index = 0; index < whole.Length; index++)
        {
            byte[] damaged = [.. whole];
            damaged[index] ^= (byte)(1 << (index % 8));
            model.Write("model.onnx", damaged);
            try
            {
                using SequenceClassifier classifier = model.Load();
                classifier.Classify("good", TestContext.Current.CancellationToken);
            }
            catch (ModelLoadException refusal)
            {
                Assert.Contains(model.Folder, refusal.Message, StringComparison.Ordinal);
            }
            catch (ModelRunException failure)
            {
                Assert.Contains(model.Folder, failure.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_model_of_another_format_is_refused()
    {
        // The first bytes of a safetensors file: the length of its header, and the header.
        using var model = ModelFolderBuilder.Copy().Write(
            "model.onnx", [64, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes("""{"weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""), .. new byte[8]]);
        Refusal.Of(model, "model.onnx", "damaged", Advice);
    }

    [Fact]
    public void An_operator_that_ONNX_Runtime_does_not_know_is_named()
    {
        OnnxGraph graph = OnnxGraph.Body().Node("Summarise", "logits", ["masked"]).Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        Refusal.Of(model, "model.onnx", "Summarise", Advice);
    }

    [Fact]
    public void Weights_in_a_file_beside_it_are_found()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier().ExternalWeights("embeddings", "model.onnx_data", 8, 2))
            .Write("model.onnx_data", new byte[8 * 2 * sizeof(float)]);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([0, 0], classifier.Classify("good", TestContext.Current.CancellationToken).Logits.ToArray());
    }

    [Fact]
    public void Weights_in_a_file_that_is_missing_are_named()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier().ExternalWeights("embeddings", "model.onnx_data", 8, 2));
        Refusal.Of(model, "model.onnx", "model.onnx_data", "Put its weights beside it");
    }

    [Fact]
    public void Weights_in_a_file_that_is_too_short_are_named()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier().ExternalWeights("embeddings", "model.onnx_data", 8, 2))
            .Write("model.onnx_data", new byte[8]);
        Refusal.Of(model, "model.onnx", "embeddings", "Put its weights beside it");
    }

    [Fact]
    public void Weights_that_no_stream_is_given_for_are_named()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier().ExternalWeights("embeddings", "model.onnx_data", 8, 2))
            .Write("model.onnx_data", new byte[8 * 2 * sizeof(float)]);
        Refusal.Of(
            () => SequenceClassifier.Load(name => name == "model.onnx_data" ? null : model.Open(name)),
            "model.onnx",
            "there is no 'model.onnx_data' in the given streams");
    }
}
