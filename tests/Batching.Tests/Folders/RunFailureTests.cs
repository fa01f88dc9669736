using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Models that load, and fail or give no numbers on some texts only.</summary>
public sealed class RunFailureTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void A_logit_that_is_not_finite_is_named_by_its_label(float weight, string shown)
    {
        // Id 6, "bad", has it for the second label.
        float[] weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, -1, -1, weight, 0, 0];
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(weights))
            .Write("config.json", """{"id2label":{"0":"fine","1":"broken"}}""");
        using SequenceClassifier classifier = model.Load();

        var failure = Assert.Throws<ModelRunException>(() => classifier.Classify("bad", TestEnd));
        Assert.Contains(model.PathOf("model.onnx"), failure.Message, StringComparison.Ordinal);
        Assert.Contains($"gave the logit {shown} for the label broken of text 0, which is not a finite number", failure.Message, StringComparison.Ordinal);

        failure = Assert.Throws<ModelRunException>(() => classifier.Classify(["good", "good good", "bad"], TestEnd));
        Assert.Contains("of text 2", failure.Message, StringComparison.Ordinal);
        Assert.Equal("fine", classifier.Classify("good", TestEnd).Label);
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(3e38f)]
    [InlineData(1000f)]
    [InlineData(-3e38f)]
    public void Scores_of_huge_logits_are_finite(float weight)
    {
        float[] weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, weight, -weight, 0, 0, 0, 0];
        foreach (string type in new[] { "single_label_classification", "multi_label_classification" })
        {
            using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(weights)).Write("config.json", $$"""{"problem_type":"{{type}}"}""");
            using SequenceClassifier classifier = model.Load();
            Classification result = classifier.Classify("good", TestEnd);
            Assert.Equal(weight > 0 ? [1, 0] : [0, 1], result.Scores.ToArray());
            Assert.Equal(weight > 0 ? "LABEL_0" : "LABEL_1", result.Label);
        }
    }

    [Fact]
    public void A_row_longer_than_the_graph_has_positions_fails_and_the_model_goes_on()
    {
        // Four positions, where config.json says sixteen: the mask, summed up from the left, counts from 1. The table is put
        // together by the graph, so that no load can tell its size.
        OnnxGraph graph = OnnxGraph.Body()
            .Weights("first", new float[3], 1)
            .Weights("second", new float[2], 1)
            .Node("Concat", "positions", ["first", "second"], ("axis", 0))
            .Node("CumSum", "counted", ["attention_mask", "axis1"])
            .Node("Gather", "position", ["positions", "counted"])
            .Node("Add", "placed", ["masked", "position"])
            .Node("ReduceSum", "logits", ["placed", "axis1"], ("keepdims", 0))
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph).Write("config.json", """{"max_position_embeddings":16}""");
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([4, -2], classifier.Classify("good good", TestEnd).Logits.ToArray());

        var failure = Assert.Throws<ModelRunException>(() => classifier.Classify("good good good", TestEnd));
        Assert.StartsWith($"ONNX Runtime could not run '{model.PathOf("model.onnx")}' on a batch of shape [1, 5]: ", failure.Message, StringComparison.Ordinal);
        Assert.IsType<OnnxRuntimeException>(failure.InnerException);
        Assert.Throws<ModelRunException>(() => classifier.Classify([.. Enumerable.Repeat("good good good good", 500)], TestEnd));

        Assert.Equal([-2, 4], classifier.Classify("bad bad", TestEnd).Logits.ToArray());
    }

    [Fact]
    public void Token_types_that_the_graph_does_not_take_are_not_checked()
    {
        using var model = ModelFolderBuilder.Tiny().Write("config.json", """{"type_vocab_size":1}""");
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([1, 1], classifier.Classify(("good", "bad"), TestEnd).Logits.ToArray());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    public void Token_types_that_the_graph_takes_are_checked_where_their_number_is_known(int types, bool takesPairs)
    {
        OnnxGraph graph = OnnxGraph.Classifier().Input("token_type_ids", "int64[batch,sequence]");
        using var model = ModelFolderBuilder.Tiny(graph).Write("config.json", $$"""{"type_vocab_size":{{types}}}""");
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([2, -1], classifier.Classify("good", TestEnd).Logits.ToArray());
        if (takesPairs)
        {
            Assert.Equal([1, 1], classifier.Classify(("good", "bad"), TestEnd).Logits.ToArray());
        }
        else
        {
            var refusal = Assert.Throws<ArgumentException>(() => classifier.Classify(("good", "bad"), TestEnd));
            Assert.Contains("The token type id 1 at [0, 3] is not from 0 to 0", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_id_beyond_32_bits_is_an_argument_even_where_the_vocabulary_is_not_known()
    {
        OnnxGraph graph = new OnnxGraph()
            .Input("input_ids", "int32[batch,sequence]")
            .Input("attention_mask", "int32[batch,sequence]")
            .Constant("axis1", 1)
            .Node("Mul", "masked", ["input_ids", "attention_mask"])
            .Node("Cast", "cast", ["masked"], ("to", 1))
            .Node("ReduceSum", "logits", ["cast", "axis1"], ("keepdims", 1))
            .Output("logits", "float[batch,1]");
        using var folder = ModelFolderBuilder.Tiny(graph);
        using var model = SequenceModel.Load(folder.Folder);
        Assert.Null(model.VocabularySize);
        Assert.Throws<ArgumentException>(() => model.Run(Tensor.Create<long>([1L << 40], [1, 1]), TestEnd));
    }
}
