using Batching.Tests.Folders;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Graphs that take batches of one shape only: filled up to it, and cut into several runs.</summary>
public sealed class FixedShapeTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("int64[4,8]", "float[4,2]")]
    [InlineData("int64[1,8]", "float[1,2]")]
    [InlineData("int64[batch,8]", "float[batch,2]")]
    [InlineData("int64[3,sequence]", "float[3,2]")]
    [InlineData("int64[1,sequence]", "float[1,2]")]
    [InlineData("int64[batch,sequence]", "float[1,2]")]
    [InlineData("int32[4,8]", "float[batch,2]")]
    [InlineData("int32[64,64]", "float[64,labels]")]
    public void What_fills_up_a_fixed_shape_never_reaches_the_caller(string inputs, string output)
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(inputs: inputs, output: output));
        using SequenceClassifier classifier = model.Load();
        for (int count = 0; count <= 11; count++)
        {
            // "good" has the logits 2 and -1, "bad" -1 and 2.
            string[] texts = [.. Enumerable.Range(0, count).Select(text => text % 3 == 0 ? "good" : text % 3 == 1 ? "bad good bad" : "")];
            float[][] expected = [.. Enumerable.Range(0, count).Select(text => text % 3 == 0 ? new float[] { 2, -1 } : text % 3 == 1 ? [0, 3] : [0, 0])];
            IReadOnlyList<Classification> results = classifier.Classify(texts, TestEnd);
            Assert.Equal(expected, results.Select(result => result.Logits.ToArray()));
            Assert.Equal(texts.Select(text => text.Length == 0 ? 2 : text.Split(' ').Length + 2), results.Select(result => result.TokenCount));
        }

        Assert.Equal([2, -1], classifier.Classify("good", TestEnd).Logits.ToArray());
    }

    [Theory]
    [InlineData("int64[batch,8]", "int64[4,sequence]", 8)]
    [InlineData("int64[4,sequence]", "int64[batch,8]", 8)]
    [InlineData("int64[4,8]", "int64[batch,sequence]", 8)]
    [InlineData("int32[batch,sequence]", "int64[4,8]", 8)]
    [InlineData("int64[batch,sequence]", "int32[4,sequence]", null)]
    public void A_size_that_is_fixed_in_one_place_counts_in_all(string ids, string mask, int? longest)
    {
        using var folder = ModelFolderBuilder.Tiny(Classifier(ids, mask));
        using var model = SequenceModel.Load(folder.Folder);
        Assert.Equal(longest, model.MaxLength);
        using TokenBatch batch = TokenBatch.Pad([[5], [6, 5, 6], [5], [6], [5], [5, 5]], padTokenId: 0);
        Assert.Equal([2, -1, 0, 3, 2, -1, -1, 2, 2, -1, 4, -2], model.Run(batch, TestEnd));
    }

    [Theory]
    [InlineData("int64[4,8]", "int64[4,16]", "fixes the number of columns at 8 in one place and at 16 in another")]
    [InlineData("int64[4,8]", "int64[2,8]", "fixes the number of rows at 4 in one place and at 2 in another")]
    [InlineData("int64[batch,8]", "int32[batch,9]", "fixes the number of columns at 8 in one place and at 9 in another")]
    public void Sizes_that_contradict_each_other_are_refused(string ids, string mask, string says)
    {
        // The mask is reduced to a number before it meets the ids, so that ONNX Runtime finds nothing wrong.
        OnnxGraph graph = new OnnxGraph()
            .Input("input_ids", ids)
            .Input("attention_mask", mask)
            .Weights("embeddings", new float[16], 2)
            .Constant("axis1", 1)
            .Node("Gather", "embedded", ["embeddings", "input_ids"])
            .Node("ReduceSum", "sums", ["embedded", "axis1"], ("keepdims", 0))
            .Node("Cast", "mask", ["attention_mask"], ("to", 1))
            .Node("ReduceMax", "most", ["mask"], ("keepdims", 0))
            .Node("Mul", "logits", ["sums", "most"])
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        Refusal.Of(model, "model.onnx", says);
    }

    [Theory]
    [InlineData("int64[batch,8]", 8)]
    [InlineData("int64[2,8]", 8)]
    [InlineData("int64[2,3]", 3)]
    public void A_text_longer_than_a_fixed_length_is_truncated_and_a_row_refused(string inputs, int length)
    {
        using var folder = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(inputs: inputs));
        using SequenceClassifier classifier = folder.Load();
        Assert.Equal((length, length), (classifier.Tokenizer.MaxLength, classifier.Model.MaxLength));
        Classification result = classifier.Classify(string.Join(' ', Enumerable.Repeat("good", 20)), TestEnd);
        Assert.Equal((length, true), (result.TokenCount, result.IsTruncated));
        Assert.Equal([2 * (length - 2), 2 - length], result.Logits.ToArray());

        using TokenBatch batch = TokenBatch.Pad([[.. Enumerable.Repeat(5, length + 1)]], padTokenId: 0);
        var refusal = Assert.Throws<ArgumentException>(() => classifier.Model.Run(batch, TestEnd));
        Assert.Contains($"The rows have {length + 1} columns, and the model in", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"a fixed length of {length}. Truncate the texts, or pad less.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fixed_length_limits_the_options()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(inputs: "int64[batch,8]"));
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { MaxLength = 9 }));
        Assert.StartsWith(
            $"MaxLength is 9; it has to be at least 2, the number of special tokens, and at most 8, the fixed length of the graph in '{model.PathOf("model.onnx")}'.",
            refusal.Message,
            StringComparison.Ordinal);
        using SequenceClassifier shorter = model.Load(new SequenceClassifierOptions { MaxLength = 4 });
        Assert.Equal([4, -2], shorter.Classify("good good good", TestEnd).Logits.ToArray());

        // Whatever the rows are to be padded to, the graph takes its own length only.
        foreach (PaddingOptions padding in new[]
        {
            new PaddingOptions { MultipleOf = 5 },
            new PaddingOptions { Strategy = PaddingStrategy.None },
            new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = 3 },
        })
        {
            using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { Padding = padding });
            Assert.Equal([[2, -1], [6, -3]], classifier.Classify(["good", "good good good"], TestEnd).Select(result => result.Logits.ToArray()));
            Assert.Equal([2, -1], classifier.Classify("good", TestEnd).Logits.ToArray());
        }
    }

    [Fact]
    public void A_fixed_length_without_room_for_special_tokens_is_refused()
    {
        using var model = ModelFolderBuilder.Tiny(OnnxGraph.Classifier(inputs: "int64[batch,1]"));
        Refusal.Of(model, "model.onnx", "has a fixed length of 1, which leaves no room for the 2 special tokens of a row");
        SequenceModel.Load(model.Folder).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_texts_stream_through_a_fixed_shape(bool isAsync)
    {
        using var fixedShape = SequenceClassifier.Load(Repository.Contract("distilbert-fixed-shape"));
        using var anyShape = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));
        var random = new Random(5);
        string[] words = ["a", "no", "it", "is", "so", "he", "was"];
        TextInput[] texts = [.. Enumerable.Range(0, 500).Select(_ => new TextInput(string.Join(' ', random.GetItems(words, random.Next(0, 90)))))];
        List<Classification> results = [];
        if (isAsync)
        {
            await foreach (Classification result in fixedShape.ClassifyStreamAsync(texts.ToAsyncEnumerable(), TestEnd))
            {
                results.Add(result);
            }
        }
        else
        {
            results.AddRange(fixedShape.ClassifyStream(texts, TestEnd));
        }

        IReadOnlyList<Classification> expected = anyShape.Classify(texts, TestEnd);
        Assert.Equal(expected.Count, results.Count);
        Assert.All(expected, (result, text) =>
        {
            Assert.Equal((result.TokenCount, result.IsTruncated), (results[text].TokenCount, results[text].IsTruncated));
            Assert.Equal(result.Logits.Span[0], results[text].Logits.Span[0], 1e-4f);
            Assert.Equal(result.Logits.Span[1], results[text].Logits.Span[1], 1e-4f);
        });
    }

    [Theory]
    [InlineData("int64[batch,sequence]")]
    [InlineData("int32[batch,sequence]")]
    [InlineData("int64[2,6]")]
    [InlineData("int32[batch,6]")]
    public void Global_attention_is_on_the_first_token_of_every_row(string inputs)
    {
        // The logits are those of the tokens with global attention.
        OnnxGraph graph = OnnxGraph.Body(inputs: inputs)
            .Input("global_attention_mask", inputs)
            .Node("Cast", "global", ["global_attention_mask"], ("to", 1))
            .Node("Unsqueeze", "global3", ["global", "axis2"])
            .Node("Mul", "first", ["masked", "global3"])
            .Node("ReduceSum", "logits", ["first", "axis1"], ("keepdims", 0))
            .Output("logits", "float[batch,2]");
        using var folder = ModelFolderBuilder.Tiny(graph);
        using var model = SequenceModel.Load(folder.Folder);
        using TokenBatch batch = TokenBatch.Pad([[5, 6, 6], [6, 5, 5, 5], [5]], padTokenId: 0);
        Assert.Equal([2, -1, -1, 2, 2, -1], model.Run(batch, TestEnd));
    }

    [Fact]
    public void Rows_are_padded_to_a_multiple_of_the_attention_window()
    {
        // A graph that reads its columns four by four and gives the sum of the first four.
        OnnxGraph graph = OnnxGraph.Body()
            .Constant("windows", 0, -1, 4, 2)
            .Constant("zero", 0)
            .Node("Reshape", "windowed", ["masked", "windows"])
            .Node("ReduceSum", "sums", ["windowed", "axis2"], ("keepdims", 0))
            .Node("ReduceSum", "logits", ["sums", "axis1"], ("keepdims", 0))
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        Refusal.Of(model, "model.onnx", "cannot be run on a batch of shape [1, 1]");
        foreach (string window in new[] { "4", "[4, 4]", "[2, 4]" })
        {
            model.Write("config.json", $$"""{"attention_window":{{window}}}""");
            using SequenceClassifier classifier = model.Load();
            Assert.Equal(
                [[2, -1], [0, 3], [12, -6]],
                classifier.Classify(["good", "bad good bad", "good good good good good good"], TestEnd).Select(result => result.Logits.ToArray()));
        }

        model.Write("config.json", """{"attention_window":"4"}""");
        Refusal.Of(model, "config.json", "'attention_window'", "found \"4\", expected a whole number from 1");
        model.Write("config.json", """{"attention_window":[4,0]}""");
        Refusal.Of(model, "config.json", "'attention_window[1]'", "found 0, expected a whole number from 1");
    }

    [Theory]
    [InlineData("float16[batch,2]")]
    [InlineData("float16[2,2]")]
    public void Logits_of_half_precision_become_floats(string output)
    {
        OnnxGraph graph = OnnxGraph.Body()
            .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
            .Node("Cast", "halves", ["sums"], ("to", 10))
            .Output("halves", output);
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(
            [[2, -1], [0, 3], [0, 0]],
            classifier.Classify(["good", "bad good bad", ""], TestEnd).Select(result => result.Logits.ToArray()));
    }

    [Fact]
    public void A_half_that_overflowed_is_no_logit()
    {
        float[] weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60_000, -1, -1, 2, 0, 0];
        OnnxGraph graph = OnnxGraph.Body(weights)
            .Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0))
            .Node("Cast", "logits", ["sums"], ("to", 10))
            .Output("logits", "float16[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(60_000, classifier.Classify("good", TestEnd).Logits.Span[0]);
        Assert.Contains("gave the logit Infinity", Assert.Throws<ModelRunException>(() => classifier.Classify("good good", TestEnd)).Message, StringComparison.Ordinal);
    }

    // As OnnxGraph.Classifier, with two inputs of different types.
    private static OnnxGraph Classifier(string ids, string mask) => new OnnxGraph()
        .Input("input_ids", ids)
        .Input("attention_mask", mask)
        .Weights("embeddings", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, -1, -1, 2, 0, 0], 2)
        .Constant("axis1", 1)
        .Constant("axis2", 2)
        .Node("Gather", "embedded", ["embeddings", "input_ids"])
        .Node("Cast", "mask", ["attention_mask"], ("to", 1))
        .Node("Unsqueeze", "mask3", ["mask", "axis2"])
        .Node("Mul", "masked", ["embedded", "mask3"])
        .Node("ReduceSum", "logits", ["masked", "axis1"], ("keepdims", 0))
        .Output("logits", "float[batch,2]");
}
