using Xunit;

namespace Batching.Tests.Folders;

/// <summary>.onnx files that are whole, but no classifier of sequences that can be fed.</summary>
public sealed class GraphTests
{
    private const string Model = "model.onnx";

    [Fact]
    public void A_small_classifier_loads()
    {
        using var model = ModelFolderBuilder.Tiny();
        using SequenceClassifier classifier = model.Load();
        IReadOnlyList<Classification> results = classifier.Classify(["good", "bad good bad", "goodly"], TestContext.Current.CancellationToken);
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_0"], [.. results.Select(result => result.Label)]);
        Assert.Equal([0, 3], results[1].Logits.ToArray());
        Assert.Equal(8, classifier.Model.VocabularySize);
        Assert.Equal(2, classifier.Model.LabelCount);
        Assert.Null(classifier.Model.MaxLength);
    }

    [Theory]
    [InlineData("input_ids")]
    [InlineData("attention_mask")]
    public void An_input_that_is_missing_is_named(string missing)
    {
        string other = missing == "input_ids" ? "attention_mask" : "input_ids";
        OnnxGraph graph = new OnnxGraph()
            .Input(other, "int64[batch,sequence]")
            .Node("Cast", "cast", [other], ("to", 1))
            .Constant("axis1", 1)
            .Node("ReduceSum", "logits", ["cast", "axis1"], ("keepdims", 1))
            .Output("logits", "float[batch,1]");
        AssertRefused(graph, $"has no input '{missing}', but '{other}'");
    }

    [Theory]
    [InlineData("pixel_values", "float[batch,3]")]
    [InlineData("decoder_input_ids", "int64[batch,sequence]")]
    [InlineData("text", "string[batch]")]
    public void An_input_too_many_is_named(string name, string type) => AssertRefused(
        OnnxGraph.Classifier().Input(name, type), $"takes the input '{name}'; the inputs input_ids, attention_mask, token_type_ids, global_attention_mask, position_ids are supported");

    [Theory]
    [InlineData("float[batch,sequence]", "Float [batch, sequence]")]
    [InlineData("bool[batch,sequence]", "Bool [batch, sequence]")]
    [InlineData("int64[batch]", "Int64 [batch]")]
    [InlineData("int64[batch,sequence,1]", "Int64 [batch, sequence, 1]")]
    [InlineData("int64[0,sequence]", "Int64 [0, sequence]")]
    [InlineData("int64[batch,0]", "Int64 [batch, 0]")]
    public void An_input_of_another_type_or_of_no_size_is_refused(string type, string says)
    {
        OnnxGraph graph = new OnnxGraph()
            .Input("input_ids", type)
            .Input("attention_mask", "int64[batch,sequence]")
            .Node("Cast", "logits", ["attention_mask"], ("to", 1))
            .Output("logits", "float[batch,sequence]");
        AssertRefused(graph, $"takes 'input_ids' as {says}; Int64 or Int32 [rows, columns] is supported");
    }

    [Fact]
    public void An_input_that_is_no_tensor_is_refused()
    {
        OnnxGraph graph = new OnnxGraph()
            .Sequence("input_ids", isInput: true)
            .Input("attention_mask", "int64[batch,sequence]")
            .Node("Cast", "logits", ["attention_mask"], ("to", 1))
            .Output("logits", "float[batch,sequence]");
        AssertRefused(graph, "takes 'input_ids' as ONNX_TYPE_SEQUENCE; Int64 or Int32 [rows, columns] is supported");
    }

    [Fact]
    public void An_output_that_is_no_tensor_is_refused() => AssertRefused(
        OnnxGraph.Body().Node("SequenceConstruct", "logits", ["input_ids"]).Sequence("logits", isInput: false),
        "gives 'logits' as ONNX_TYPE_SEQUENCE; Float or Float16 [rows, labels] is supported");

    [Fact]
    public void Int32_inputs_are_fed_as_such()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(inputs: "int32[batch,sequence]"));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([0, 3], classifier.Classify("bad good bad", TestContext.Current.CancellationToken).Logits.ToArray());
        Assert.Equal(8, classifier.Model.VocabularySize);
    }

    [Fact]
    public void Hidden_states_are_no_logits() => AssertRefused(
        OnnxGraph.Body().Node("Identity", "last_hidden_state", ["masked"]).Output("last_hidden_state", "float[batch,sequence,2]"),
        "gives 'last_hidden_state' as Float [batch, sequence, 2]; Float or Float16 [rows, labels] is supported");

    [Fact]
    public void Logits_of_every_token_are_no_logits_of_the_row() => AssertRefused(
        OnnxGraph.Body().Node("Identity", "logits", ["masked"]).Output("logits", "float[batch,sequence,2]"),
        "gives 'logits' as Float [batch, sequence, 2]; Float or Float16 [rows, labels] is supported");

    [Fact]
    public void A_score_for_every_token_is_no_axis_of_labels() => AssertRefused(
        OnnxGraph.Body().Node("ReduceSum", "logits", ["masked", "axis2"], ("keepdims", 0)).Output("logits", "float[batch,sequence]"),
        "for a batch of shape [2, 3] it gives 'logits' of shape [2, 3]; [2, 1] was expected");

    [Fact]
    public void A_row_for_every_token_is_no_row_for_every_text() => AssertRefused(
        OnnxGraph.Body().Constant("flat", -1, 2).Node("Reshape", "logits", ["masked", "flat"]).Output("logits", "float[batch,2]"),
        "for a batch of shape [2, 3] it gives 'logits' of shape [6, 2]; [2, 2] was expected");

    [Fact]
    public void An_output_whose_rank_depends_on_the_batch_is_refused() => AssertRefused(
        OnnxGraph.Body().Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0)).Node("Squeeze", "logits", ["sums"])
            .Output("logits", "float[batch,2]"),
        "for a batch of shape [1, 1] it gives 'logits' of shape [2]; [1, labels] was expected");

    [Fact]
    public void A_single_number_for_each_row_without_an_axis_of_labels_is_refused() => AssertRefused(
        OnnxGraph.Body().Constant("axes", 1, 2).Node("ReduceSum", "logits", ["masked", "axes"], ("keepdims", 0)).Output("logits", "float[batch]"),
        "gives 'logits' as Float [batch]; Float or Float16 [rows, labels] is supported");

    [Fact]
    public void Without_any_label_there_is_nothing_to_say() => AssertRefused(
        OnnxGraph.Body()
            .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
            .Constant("none", 0)
            .Node("Slice", "logits", ["sums", "none", "none", "axis1"])
            .Output("logits", "float[batch,labels]"),
        "it gives 'logits' of shape [1, 0]");

    [Fact]
    public void Of_several_outputs_none_is_guessed_to_be_the_logits() => AssertRefused(
        OnnxGraph.Body()
            .Node("ReduceSum", "first", ["masked", "axis1"], ("keepdims", 0)).Output("first", "float[batch,2]")
            .Node("ReduceMax", "second", ["masked"], ("keepdims", 0)).Output("second", "float[]"),
        "has no output 'logits', but 'first', 'second'");

    [Fact]
    public void Of_several_outputs_that_of_the_name_is_taken()
    {
        OnnxGraph graph = OnnxGraph.Body()
            .Node("Identity", "hidden", ["masked"]).Output("hidden", "float[batch,sequence,2]")
            .Node("ReduceSum", "logits", ["masked", "axis1"], ("keepdims", 0)).Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([2, -1], classifier.Classify("good", TestContext.Current.CancellationToken).Logits.ToArray());
    }

    [Fact]
    public void A_single_output_may_have_any_name()
    {
        using var model = ModelFolderBuilder.Tiny(
            OnnxGraph.Body().Node("ReduceSum", "output_0", ["masked", "axis1"], ("keepdims", 0)).Output("output_0", "float[batch,2]"));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([2, -1], classifier.Classify("good", TestContext.Current.CancellationToken).Logits.ToArray());
    }

    [Theory]
    [InlineData(7, "Int64")]
    [InlineData(16, "BFloat16")]
    [InlineData(11, "Double")]
    public void An_output_of_other_numbers_is_refused(long type, string name)
    {
        OnnxGraph graph = OnnxGraph.Body()
            .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
            .Node("Cast", "logits", ["sums"], ("to", type))
            .Output("logits", $"{name}[batch,2]");
        AssertRefused(graph, $"gives 'logits' as {name} [batch, 2]; Float or Float16 [rows, labels] is supported");
    }

    [Fact]
    public void An_output_for_no_row_is_refused() => AssertRefused(
        OnnxGraph.Classifier(output: "float[0,2]"), "gives 'logits' as Float [0, 2]; Float or Float16 [rows, labels] is supported");

    [Fact]
    public void The_width_of_an_output_that_does_not_say_is_measured()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(new float[8 * 5], 5, "float[batch,labels]"));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(5, classifier.Model.LabelCount);
        Assert.Equal(5, classifier.Classify("good", TestContext.Current.CancellationToken).Logits.Length);
    }

    [Theory]
    [InlineData(7, 3, "[1, 1]")]
    public void A_graph_that_runs_on_no_batch_says_why(long rows, long labels, string batch)
    {
        // The shape is computed, so that the graph does not tell that it is fixed.
        OnnxGraph graph = OnnxGraph.Body()
            .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
            .Constant("shape", rows, labels)
            .Node("Shape", "batch", ["input_ids"])
            .Node("Div", "ones", ["batch", "batch"])
            .Node("Mul", "computed", ["shape", "ones"])
            .Node("Reshape", "logits", ["sums", "computed"])
            .Output("logits", "float[batch,labels]");
        AssertRefused(graph, $"cannot be run on a batch of shape {batch}", "Reshape", "Export the model again, with dynamic batch and sequence axes");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void An_embedding_smaller_than_the_vocabulary_is_measured_and_refused(int size)
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(new float[size * 2]));
        Refusal.Of(model, "vocab.txt", "ids up to 7", $"embeddings for {size} ids only", model.PathOf(Model));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(100_003)]
    public void An_embedding_larger_than_the_vocabulary_is_measured_and_told(int size)
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(new float[size * 2]));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal((size, size - 8), (classifier.Model.VocabularySize, classifier.UnusedEmbeddings));
    }

    [Fact]
    public void A_graph_that_takes_any_id_has_the_vocabulary_that_its_configuration_says()
    {
        OnnxGraph graph = new OnnxGraph()
            .Input("input_ids", "int64[batch,sequence]")
            .Input("attention_mask", "int64[batch,sequence]")
            .Constant("axis1", 1)
            .Node("Mul", "masked", ["input_ids", "attention_mask"])
            .Node("Cast", "cast", ["masked"], ("to", 1))
            .Node("ReduceSum", "logits", ["cast", "axis1"], ("keepdims", 1))
            .Output("logits", "float[batch,1]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using (SequenceClassifier classifier = model.Load())
        {
            Assert.Null(classifier.Model.VocabularySize);
        }

        model.Edit("config.json", json => json["vocab_size"] = 7);
        Refusal.Of(model, "vocab.txt", "ids up to 7", "embeddings for 7 ids");
    }

    private static void AssertRefused(OnnxGraph graph, params string[] says)
    {
        using var model = ModelFolderBuilder.Tiny(graph);
        Refusal.Of(model, Model, says);
        Refusal.Of(() => SequenceModel.Load(model.Folder), model.PathOf(Model), says);
        Refusal.Of(() => SequenceClassifier.Load(model.Open), Model, says);
    }
}
