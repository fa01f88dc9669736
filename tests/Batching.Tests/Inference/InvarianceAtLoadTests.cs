using Batching.Tests.Folders;
using Batching.Tests.Onnx;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>What a load finds out of a model, and what the library does about it.</summary>
public sealed class InvarianceAtLoadTests
{
    private const string Dynamic = "distilbert-dynamic-int8";

    private static readonly string[] Words =
        [.. File.ReadLines(Path.Combine(Repository.Contract(Dynamic), "vocab.txt")).Where(word => word.All(char.IsAsciiLetterLower))];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void The_default_model_is_exact_and_may_be_required_to_be(ModelPrecision precision)
    {
        using var classifier = SequenceClassifier.Load(
            Repository.DefaultModel, new SequenceClassifierOptions { Precision = precision, RequireExact = true });
        Assert.Equal(new Invariance(InvarianceKind.Exact, WorstDifference: 0), classifier.Invariance);
    }

    [Fact]
    public void A_dynamic_int8_model_is_dependent_and_the_operator_is_named()
    {
        using var classifier = SequenceClassifier.Load(Repository.Contract(Dynamic));
        foreach (Invariance invariance in new[] { classifier.Invariance, InvarianceProbe.Measure(classifier.Model, TestEnd) })
        {
            Assert.Equal(InvarianceKind.Dependent, invariance.Kind);
            Assert.False(invariance.IsExact);
            Assert.True(invariance.WorstDifference > 0);
            Assert.Contains("DynamicQuantizeLinear", invariance.Reason!, StringComparison.Ordinal);
            Assert.StartsWith("Dependent: ", $"{invariance}", StringComparison.Ordinal);
        }

        // The reason comes from streams as well.
        using var model = ModelFolderBuilder.Copy(Dynamic);
        using var streamed = SequenceClassifier.Load(model.Open);
        Assert.Equal(classifier.Invariance, streamed.Invariance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Required_to_be_exact_a_dependent_model_is_refused_with_what_to_do(bool probe)
    {
        using var model = ModelFolderBuilder.Copy(Dynamic);
        var options = new SequenceClassifierOptions { RequireExact = true, ProbeInvariance = probe };
        string[] says = ["RequireExact", "differ by up to 0.", "DynamicQuantizeLinear", "static int8", "OneByOne", "leave the option out"];
        Refusal.Of(() => SequenceClassifier.Load(model.Folder, options), model.PathOf("model.onnx"), says);
        Refusal.Of(() => SequenceModel.Load(model.Folder, options), model.PathOf("model.onnx"), says);

        using SequenceClassifier classifier = model.Load(options with { OneByOne = true });
        Assert.Equal(InvarianceKind.Dependent, classifier.Invariance.Kind);
    }

    [Fact]
    public async Task One_by_one_a_dependent_models_texts_get_the_bits_of_a_single_row_through_every_door()
    {
        using var model = SequenceModel.Load(Repository.Contract(Dynamic));
        using var classifier = SequenceClassifier.Load(Repository.Contract(Dynamic), new SequenceClassifierOptions { OneByOne = true });
        using var batching = SequenceClassifier.Load(Repository.Contract(Dynamic));
        await using var queue = new ClassificationQueue(classifier);
        var random = new Random(5);
        int changedByCompany = 0;
        for (int batch = 0; batch < 300; batch++)
        {
            string[] texts = [.. Enumerable.Range(0, random.Next(1, 13)).Select(_ => string.Join(' ', random.GetItems(Words, random.Next(12))))];

            // A text that comes again takes the logits of the first.
            texts = [.. texts, texts[0]];
            float[][] expected = [.. texts.Select(text => AloneOf(model, classifier.Tokenizer, text))];
            float[][] found = (batch % 6) switch
            {
                0 => [.. texts.Select(text => LogitsOf(classifier.Classify(text, TestEnd)))],
                1 => [.. classifier.Classify(texts, TestEnd).Select(LogitsOf)],
                2 => [.. classifier.ClassifyStream(texts.Select(TextInput.FromString), TestEnd).Select(LogitsOf)],
                3 => await classifier.ClassifyStreamAsync(texts.Select(TextInput.FromString).ToAsyncEnumerable(), TestEnd).Select(LogitsOf).ToArrayAsync(TestEnd),
                4 => [.. (await Task.WhenAll(texts.Select(text => queue.ClassifyAsync(text, TestEnd).AsTask()))).Select(LogitsOf)],
                _ => [.. (await Task.WhenAll(texts.Select(text => classifier.ClassifyAsync(text, TestEnd).AsTask()))).Select(LogitsOf)],
            };
            Assert.Equal(expected, found);
            changedByCompany += batching.Classify(texts, TestEnd).Select(LogitsOf).Zip(expected).Count(pair => !pair.First.SequenceEqual(pair.Second));
        }

        Assert.True(changedByCompany > 100, $"Only {changedByCompany} texts had other logits in company.");
    }

    [Fact]
    public void Padding_that_was_asked_for_is_kept_one_by_one()
    {
        var padding = new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = 32 };
        using var model = SequenceModel.Load(Repository.Contract(Dynamic));
        using var classifier = SequenceClassifier.Load(
            Repository.Contract(Dynamic), new SequenceClassifierOptions { OneByOne = true, Padding = padding, MaxLength = 32 });
        string[] texts = ["the", "and so it was", "he"];
        Assert.Equal(texts.Select(text => AloneOf(model, classifier.Tokenizer, text, padding)), classifier.Classify(texts, TestEnd).Select(LogitsOf));
        Assert.Equal(texts.Select(text => AloneOf(model, classifier.Tokenizer, text, padding)), texts.Select(text => LogitsOf(classifier.Classify(text, TestEnd))));
    }

    [Fact]
    public void A_graph_that_mixes_its_rows_is_dependent_though_no_operator_tells()
    {
        // Every row is added the sum of all rows.
        OnnxGraph graph = Sums()
            .Constant("axis0", 0)
            .Node("ReduceSum", "batch", ["sums", "axis0"], ("keepdims", 1))
            .Node("Add", "logits", ["sums", "batch"])
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(InvarianceKind.Dependent, classifier.Invariance.Kind);
        Assert.True(classifier.Invariance.WorstDifference > 1);
        Assert.Null(classifier.Invariance.Reason);
        Refusal.Of(() => model.Load(new SequenceClassifierOptions { RequireExact = true }), model.PathOf("model.onnx"), "depends on the batch");
    }

    [Fact]
    public void A_graph_that_rounds_by_its_number_of_rows_is_bounded()
    {
        OnnxGraph graph = WithRows(Sums())
            .Node("Cast", "term", ["rows"], ("to", (long)TensorProto.Types.DataType.Float))
            .Node("Mul", "rounding", ["term", "tiny"])
            .Node("Add", "logits", ["sums", "rounding"])
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(InvarianceKind.Bounded, classifier.Invariance.Kind);
        Assert.InRange(classifier.Invariance.WorstDifference, 1e-6f, 1e-4f);
        Assert.Null(classifier.Invariance.Reason);
        Refusal.Of(() => model.Load(new SequenceClassifierOptions { RequireExact = true }), model.PathOf("model.onnx"), "Bounded", "RequireExact");
    }

    [Fact]
    public async Task A_model_that_rounds_only_a_row_that_is_alone_otherwise_is_exact_because_no_row_is()
    {
        using ModelFolderBuilder folder = RoundsLoneRows();
        using SequenceClassifier classifier = folder.Load(new SequenceClassifierOptions { RequireExact = true });
        Assert.True(classifier.Invariance.IsExact);
        Assert.Contains("beside a copy of itself", classifier.Invariance.Reason!, StringComparison.Ordinal);
        Assert.True(InvarianceProbe.Measure(classifier.Model, TestEnd).IsExact);

        string[] texts = ["good", "bad good", "bad bad bad", ""];
        float[][] expected = [[2, -1], [1, 1], [-3, 6], [0, 0]];
        Assert.Equal(expected, classifier.Classify(texts, TestEnd).Select(LogitsOf));

        // Often enough for the second session to be loaded and tried.
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.Equal(expected[i], LogitsOf(classifier.Classify(texts[i], TestEnd)));
                Assert.Equal(expected[i], LogitsOf(classifier.Classify([texts[i]], TestEnd)[0]));
                Assert.Equal(expected[i], LogitsOf(await classifier.ClassifyAsync(texts[i], TestEnd)));
                using TokenRows rows = classifier.Tokenizer.EncodeBatch([texts[i]]);
                using TokenBatch batch = TokenBatch.Pad(rows, classifier.Tokenizer.PadTokenId, new PaddingOptions { MultipleOf = 4 });
                Assert.Equal(expected[i], classifier.Model.Run(batch, TestEnd).ToArray());
            }
        }
    }

    [Fact]
    public void Without_the_measurement_and_one_by_one_a_row_is_run_alone()
    {
        using ModelFolderBuilder folder = RoundsLoneRows();
        foreach (var options in new SequenceClassifierOptions[] { new() { ProbeInvariance = false, Parallelism = 1 }, new() { OneByOne = true, Parallelism = 1 } })
        {
            using SequenceClassifier classifier = folder.Load(options);
            Assert.NotEqual([2, -1], LogitsOf(classifier.Classify("good", TestEnd)));
            Assert.Equal(InvarianceKind.Bounded, classifier.Invariance.Kind);

            float[][] together = [.. classifier.Classify(["good", "bad"], TestEnd).Select(LogitsOf)];
            Assert.Equal(options.OneByOne, together[0].SequenceEqual(LogitsOf(classifier.Classify("good", TestEnd))));
        }
    }

    [Fact]
    public void A_model_that_cannot_run_several_rows_loads_and_is_not_said_to_be_exact()
    {
        // A table with a number for each number of rows up to three.
        OnnxGraph graph = WithRows(Sums())
            .Weights("table", new float[4], 1)
            .Node("Gather", "term", ["table", "rows"])
            .Node("Add", "logits", ["sums", "term"])
            .Output("logits", "float[batch,2]");
        using var model = ModelFolderBuilder.Tiny(graph);
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(InvarianceKind.Dependent, classifier.Invariance.Kind);
        Assert.Contains("could not be measured", classifier.Invariance.Reason!, StringComparison.Ordinal);
        Assert.Equal([2, -1], LogitsOf(classifier.Classify("good", TestEnd)));
        Assert.Throws<ModelRunException>(() => InvarianceProbe.Measure(classifier.Model, TestEnd));
    }

    [Fact]
    public void Rows_are_no_longer_than_the_model_takes()
    {
        OnnxGraph graph = OnnxGraph.Body()
            .Weights("positions", new float[5], 1)
            .Node("CumSum", "counted", ["attention_mask", "axis1"])
            .Node("Gather", "position", ["positions", "counted"])
            .Node("Add", "placed", ["masked", "position"])
            .Node("ReduceSum", "logits", ["placed", "axis1"], ("keepdims", 0))
            .Output("logits", "float[batch,2]");
        foreach (string config in new[] { """{"max_position_embeddings":4}""", "{}" })
        {
            using var model = ModelFolderBuilder.Tiny(graph).Write("config.json", config);
            using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { RequireExact = true });
            Assert.True(classifier.Invariance.IsExact);
        }
    }

    // Tiny's logits, to be changed by what follows.
    private static OnnxGraph Sums() => OnnxGraph.Body().Node("ReduceSum", "sums", ["masked", "axis1"], ("keepdims", 0));

    private static OnnxGraph WithRows(OnnxGraph graph) => graph
        .Constant("axis0", 0)
        .Weights("tiny", [1e-5f], 1)
        .Node("Shape", "shape", ["input_ids"])
        .Node("Gather", "rows", ["shape", "axis0"]);

    private static ModelFolderBuilder RoundsLoneRows() => ModelFolderBuilder.Tiny(WithRows(Sums())
        .Constant("one", 1)
        .Node("Equal", "alone", ["rows", "one"])
        .Node("Cast", "term", ["alone"], ("to", (long)TensorProto.Types.DataType.Float))
        .Node("Mul", "rounding", ["term", "tiny"])
        .Node("Add", "logits", ["sums", "rounding"])
        .Output("logits", "float[batch,2]"));

    private static float[] AloneOf(SequenceModel model, SequenceTokenizer tokenizer, string text, PaddingOptions? padding = null)
    {
        using TokenRows rows = tokenizer.EncodeBatch([text]);
        using TokenBatch batch = TokenBatch.Pad(rows, tokenizer.PadTokenId, padding);
        return [.. model.Run(batch, TestEnd)];
    }

    private static float[] LogitsOf(Classification result) => result.Logits.ToArray();
}
