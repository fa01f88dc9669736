using Batching.Graphs;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using TestGraph = Batching.Tests.Folders.OnnxGraph;

namespace Batching.Tests.Graphs;

/// <summary>The last layer is computed for the first position only, and no logit changes by a bit.</summary>
public sealed class FirstPositionRewriteTests
{
    private const int BatchesOfEach = 40;

    public static TheoryData<string> Files => new(
        new[] { "onnx/model.onnx", "onnx/model_int8.onnx" }.Select(file => Path.Combine(Repository.DefaultModel, file))
            .Concat(new[] { "bert-cased-pairs", "bert-multilabel-int32", "bert-one-label", "bert-regression", "distilbert-vocab-txt-only" }
                .Select(contract => Path.Combine(Repository.Contract(contract), "model.onnx")))
            .Select(file => Path.GetRelativePath(Repository.Root, file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_models_logits_are_those_of_its_file_as_it_is(string file)
    {
        string path = Path.Combine(Repository.Root, file);
        Assert.NotNull(Rewritten(File.ReadAllBytes(path)));
        using var model = SequenceModel.Load(
            Path.GetDirectoryName(path)!, new SequenceModelOptions { ModelFile = Path.GetFileName(path) });
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        var random = new Random(20261123);
        for (int i = 0; i < BatchesOfEach; i++)
        {
            int longest = random.Next(1, 50);
            int[][] rows = [.. Enumerable.Range(0, random.Next(1, 20))
                .Select(_ => Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => random.Next(1, model.VocabularySize!.Value)).ToArray())];
            using var batch = TokenBatch.Pad(rows, padTokenId: 0);
            var logits = new float[batch.Rows * model.LabelCount];
            model.Run(batch).FlattenTo(logits);
            Assert.Equal(Bits(Run(session, batch)), Bits(logits));
        }
    }

    [Fact]
    public void What_works_on_each_position_by_itself_is_moved_behind_the_first()
    {
        byte[] model = Head(Layer(TestGraph.Body())).ToBytes();
        using var plain = new InferenceSession(model);
        using var rewritten = new InferenceSession(Assert.IsType<byte[]>(Rewritten(model)));
        using var batch = TokenBatch.Pad([[5, 6, 5], [6], [0, 5]], padTokenId: 0);
        Assert.Equal(Run(plain, batch), Run(rewritten, batch));
    }

    [Fact]
    public void Another_position_than_the_first_stays_where_it_is() =>
        AssertUntouched(Head(Layer(TestGraph.Body()), position: 1));

    [Fact]
    public void A_hidden_state_that_is_an_output_stays_whole() =>
        AssertUntouched(Head(Layer(TestGraph.Body())).Output("hidden", "float[batch,sequence,2]"));

    [Fact]
    public void A_hidden_state_that_something_else_uses_stays_whole() =>
        AssertUntouched(Head(Layer(TestGraph.Body())).Node("ReduceMax", "largest", ["hidden", "axis1"], ("keepdims", 0)).Output("largest", "float[batch,2]"));

    [Fact]
    public void What_mixes_positions_is_not_passed() =>
        AssertUntouched(Head(Layer(TestGraph.Body()).Node("Softmax", "mixed", ["hidden"], ("axis", 1)), hidden: "mixed"));

    [Fact]
    public void Numbers_with_a_place_for_each_position_are_not_passed() =>
        AssertUntouched(Head(
            Layer(TestGraph.Body()).Numbers("places", [1, 2, 3, 4, 5, 6], 1, 3, 2).Node("Add", "placed", ["hidden", "places"]), hidden: "placed"));

    [Fact]
    public void A_product_of_two_tensors_of_the_text_is_not_passed() =>
        AssertUntouched(Head(
            Layer(TestGraph.Body()).Node("Transpose", "turned", ["hidden"]).Node("MatMul", "product", ["hidden", "turned"]), hidden: "product"));

    [Fact]
    public void A_normalization_over_more_than_the_last_axis_is_not_passed() =>
        AssertUntouched(Head(
            Layer(TestGraph.Body()).Numbers("scale", [1, 1], 2).Node("LayerNormalization", "normalized", ["hidden", "scale"], ("axis", 1)), hidden: "normalized"));

    [Fact]
    public void Without_a_matrix_that_says_so_three_axes_are_not_assumed() =>
        AssertUntouched(Layer(TestGraph.Body()).Scalar("position", 0).Node("Gather", "logits", ["hidden", "position"], ("axis", 1)).Output("logits", "float[batch,2]"));

    [Fact]
    public void A_damaged_file_is_left_to_ONNX_Runtime()
    {
        byte[] model = Head(Layer(TestGraph.Body())).ToBytes();
        int damaged = 0;
        for (int length = 0; length < model.Length; length++)
        {
            var cut = OnnxModel.Read(model[..length], "model.onnx");
            if (!cut.IsWhole)
            {
                Assert.Null(FirstPositionRewrite.Apply(cut));
                damaged++;
            }
        }

        // A file may end after each of its fields.
        Assert.InRange(damaged, model.Length - 10, model.Length);
    }

    // The hidden state: a matrix and a sum with what went in, as in a layer's last half.
    private static TestGraph Layer(TestGraph body) => body
        .Numbers("weights", [1, 2, -1, 0.5f], 2, 2)
        .Numbers("bias", [0.25f, -3], 2)
        .Node("MatMul", "product", ["masked", "weights"])
        .Node("Add", "sum", ["bias", "product"])
        .Node("Tanh", "bent", ["sum"])
        .Node("Add", "hidden", ["bent", "masked"]);

    private static TestGraph Head(TestGraph body, string hidden = "hidden", long position = 0) => body
        .Scalar("position", position)
        .Numbers("head", [1, 0.5f, -0.25f, 2], 2, 2)
        .Node("Gather", "first", [hidden, "position"], ("axis", 1))
        .Node("Gemm", "logits", ["first", "head"])
        .Output("logits", "float[batch,2]");

    private static void AssertUntouched(TestGraph graph) => Assert.Null(Rewritten(graph.ToBytes()));

    private static byte[]? Rewritten(byte[] model) => FirstPositionRewrite.Apply(OnnxModel.Read(model, "model.onnx"))?.ToBytes();

    private static IEnumerable<int> Bits(float[] logits) => logits.Select(BitConverter.SingleToInt32Bits);

    private static float[] Run(InferenceSession session, TokenBatch batch)
    {
        long[] shape = [batch.Rows, batch.Columns];
        var inputs = new Dictionary<string, OrtValue>(StringComparer.Ordinal);
        foreach ((string name, Memory<long> values) in new[]
        {
            ("input_ids", batch.InputIdsMemory), ("attention_mask", batch.AttentionMaskMemory), ("token_type_ids", batch.TokenTypeIdsMemory),
        })
        {
            if (session.InputMetadata.TryGetValue(name, out NodeMetadata? metadata))
            {
                inputs[name] = metadata.ElementType == typeof(int)
                    ? OrtValue.CreateTensorValueFromMemory(values.ToArray().Select(value => (int)value).ToArray(), shape)
                    : OrtValue.CreateTensorValueFromMemory(values.ToArray(), shape);
            }
        }

        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, inputs, session.OutputNames.Take(1).ToArray());
        foreach (OrtValue input in inputs.Values)
        {
            input.Dispose();
        }

        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
