using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Graphs that take the positions of tokens as an input, and graphs that take one row only.</summary>
public sealed class PositionIdsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bert", "right", 0)]
    [InlineData("bert", "left", 0)]
    [InlineData("roberta", "right", 2)]
    public void Positions_are_counted_from_a_rows_first_token_wherever_padding_stands(string modelType, string side, int first)
    {
        foreach (string type in new[] { "int64", "int32" })
        {
            // The logit is the sum of the positions that the mask leaves.
            OnnxGraph graph = OnnxGraph.Body()
                .Input("position_ids", $"{type}[batch,sequence]")
                .Node("Cast", "positions", ["position_ids"], ("to", 1))
                .Node("Mul", "counted", ["positions", "mask"])
                .Node("ReduceSum", "logits", ["counted", "axis1"], ("keepdims", 1))
                .Output("logits", "float[batch,1]");
            using var model = ModelFolderBuilder.Tiny(graph)
                .Write("config.json", $$"""{"model_type":"{{modelType}}","pad_token_id":1,"vocab_size":8}""")
                .Write("tokenizer_config.json", $$"""{"padding_side":"{{side}}","tokenizer_class":"BertTokenizer"}""");
            using SequenceClassifier classifier = model.Load();
            IReadOnlyList<Classification> results = classifier.Classify(["good", "good bad good bad", "bad bad"], TestEnd);
            Assert.Equal([SumOf(3), SumOf(6), SumOf(4)], results.Select(result => result.Logits.Span[0]));
        }

        float SumOf(int tokens) => Enumerable.Range(first, tokens).Sum();
    }

    [Fact]
    public void A_graph_that_can_run_one_row_only_is_found_out_and_runs_one_at_a_time()
    {
        // A row is added to a table of one row by a node that does not broadcast it over several.
        OnnxGraph graph = OnnxGraph.Body()
            .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
            .Constant("single", 1, 2)
            .Node("Reshape", "logits", ["sums", "single"])
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        IReadOnlyList<Classification> results = classifier.Classify(["good", "bad bad", "good good good"], TestEnd);
        Assert.Equal([2, -2, 6], results.Select(result => result.Logits.Span[0]));
    }

    [Theory]
    [InlineData("model_quantized.onnx")]
    [InlineData("onnx/model_q4f16.onnx")]
    [InlineData("onnx/model_qint8_avx512_vnni.onnx")]
    public void Where_nothing_is_asked_for_the_only_graph_is_meant_whatever_its_name(string name)
    {
        using var model = ModelFolderBuilder.Tiny();
        model.Move("model.onnx", name);
        using (SequenceClassifier classifier = model.Load())
        {
            Assert.Equal(2, classifier.Classify("good", TestEnd).Logits.Span[0]);
        }

        Assert.Contains(
            "choose one", Assert.Throws<ModelLoadException>(() => model.Load(new SequenceClassifierOptions { Precision = ModelPrecision.Float32 })).Message, StringComparison.Ordinal);
        model.Write("other.onnx", OnnxGraph.Classifier().ToBytes());
        Assert.Contains("choose one", Assert.Throws<ModelLoadException>(() => model.Load()).Message, StringComparison.Ordinal);
    }
}
