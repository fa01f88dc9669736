using System.Runtime.InteropServices;
using Batching.Graphs;
using Batching.Graphs.Quantization;
using Batching.Tests.Hub;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;
using DataType = Batching.Tests.Onnx.TensorProto.Types.DataType;

namespace Batching.Tests;

/// <summary>fp32 models of every contract to int8 models: they load, say nearly the same, and do not depend on the batch.</summary>
public sealed class QuantizerTests
{
    // Of the distance between the smallest and the largest logit. Random weights make more of a small change than trained ones.
    private const float MeanTolerance = 0.04f;
    private const float Tolerance = 0.15f;

    [Theory]
    [InlineData("distilbert-vocab-txt-only")]
    [InlineData("bert-cased-pairs")]
    [InlineData("bert-one-label")]
    [InlineData("bert-regression")]
    [InlineData("bert-multilabel-int32")]
    public void The_int8_model_says_nearly_the_same_and_does_not_depend_on_the_batch(string contract)
    {
        using var folder = QuantizedFolder.Make(contract);
        using SequenceClassifier fp32 = folder.Source.Load();
        using SequenceClassifier int8 = folder.Load();

        Assert.Equal(InvarianceProbe.Measure(fp32.Model).IsExact, InvarianceProbe.Measure(int8.Model).IsExact);
        Assert.Equal(fp32.Labels, int8.Labels);
        IReadOnlyList<Classification> expected = fp32.Classify(Sentences.Few);
        IReadOnlyList<Classification> actual = int8.Classify(Sentences.Few);
        float[] differences = [.. expected.Zip(actual, Difference)];
        float[] logits = [.. expected.SelectMany(result => result.Logits.ToArray())];
        float width = logits.Max() - logits.Min();
        Assert.InRange(differences.Max(), 1e-6f, Tolerance * width);
        Assert.InRange(folder.Result.Agreement.MeanDifference, 1e-6, MeanTolerance * width);
        Assert.Equal(differences.Max(), folder.Result.Agreement.LargestDifference);
        Assert.Equal(Sentences.Few.Count, folder.Result.Agreement.Texts);
        Assert.True(folder.Result.BytesAfter < folder.Result.BytesBefore / 2);
    }

    [Fact]
    public void Weights_have_seven_bits_and_a_scale_for_each_column()
    {
        using var folder = QuantizedFolder.Make("bert-cased-pairs");
        GraphProto graph = folder.Int8.Graph;

        NodeProto[] layers = [.. graph.Node.Where(node => node.OpType == "MatMulIntegerToFloat")];
        Assert.Equal(folder.Result.Layers, layers.Length);
        Assert.All(layers, layer =>
        {
            TensorProto weights = graph.Initializer.Single(tensor => tensor.Name == layer.Input[1]);
            Assert.Equal((int)DataType.Int8, weights.DataType);
            Assert.All(MemoryMarshal.Cast<byte, sbyte>(weights.RawData.Span).ToArray(), weight => Assert.InRange(weight, -64, 63));
            Assert.Equal([weights.Dims[1]], graph.Initializer.Single(tensor => tensor.Name == layer.Input[3]).Dims);
        });
        Assert.Equal(
            folder.Result.LayersLeft,
            graph.Node.Count(node => node.OpType is "MatMul" or "Gemm" && graph.Initializer.Any(tensor => node.Input.Contains(tensor.Name))));

        // Positions, token types, norms and biases; the rest is integers.
        Assert.True(graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Float).Sum(tensor => tensor.RawData.Length) < 60_000);
    }

    [Fact]
    public void Queries_keys_and_values_share_the_integers_of_their_input()
    {
        using var folder = QuantizedFolder.Make("bert-cased-pairs");
        Assert.Equal([1, 3], folder.Int8.Graph.Node
            .Where(node => node.OpType == "MatMulIntegerToFloat")
            .GroupBy(node => node.Input[0])
            .Select(group => group.Count())
            .Distinct()
            .Order());
    }

    public static TheoryData<string> Forms => ["float16 behind a Cast", "Identity", "Transpose", "Constant", "numbers instead of bytes", "one of the graph's inputs"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void How_weights_are_stored_does_not_matter(string form)
    {
        using var plain = QuantizedFolder.Make("distilbert-vocab-txt-only", RoundToHalves);
        using var stored = QuantizedFolder.Make("distilbert-vocab-txt-only", model =>
        {
            RoundToHalves(model);
            foreach (TensorProto weights in WeightsOf(model))
            {
                Store(model.Graph, weights, form);
            }
        });

        Assert.Equal(plain.Bits(), stored.Bits());
        Assert.Equal(plain.Result.Layers, stored.Result.Layers);
        Assert.True(stored.Result.BytesAfter < plain.Result.BytesAfter * 1.02);
    }

    [Fact]
    public void Weights_in_a_file_beside_the_model_are_read_and_written_there()
    {
        using var plain = QuantizedFolder.Make("bert-one-label");
        using var external = QuantizedFolder.Changed("bert-one-label", _ => { });
        string data = external.Source.PathOf("model.onnx_data");
        (byte[] graph, byte[] weights) = ExternalWeights.Split(File.ReadAllBytes(external.Source.PathOf("model.onnx")), Path.GetFileName(data));
        external.Source.Write("model.onnx", graph).Write("model.onnx_data", weights);
        external.Quantize();

        Assert.Equal(plain.Bits(), external.Bits());
        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(external.Output, "onnx", "model_int8.onnx")));
        Assert.Contains(written.Graph.Initializer, tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External);
        Assert.True(new FileInfo(Path.Combine(external.Output, "onnx", "model_int8.onnx_data")).Length > 50_000);
        Assert.False(File.Exists(Path.Combine(plain.Output, "onnx", "model_int8.onnx_data")));
    }

    [Fact]
    public void A_model_too_large_for_one_file_is_written_as_two()
    {
        using var folder = QuantizedFolder.Make("bert-one-label");
        var model = WholeModel.Read(ModelFolder.At(folder.Output), "onnx/model_int8.onnx");
        string path = folder.Source.PathOf("large.onnx");
        long bytes = OnnxFileWriter.Write(model.Model, path, weightsBeside: false, largestWeights: 10_000);
        Assert.Equal(bytes, new FileInfo(path).Length + new FileInfo($"{path}_data").Length);
        var read = WholeModel.Read(ModelFolder.At(folder.Source.Folder), "large.onnx");
        Assert.True(read.HasExternalWeights);
        Assert.Equal(bytes, read.Bytes);
        Assert.Equal(ModelProto.Parser.ParseFrom(model.Model.ToBytes()), ModelProto.Parser.ParseFrom(read.Model.ToBytes()));
    }

    [Fact]
    public void What_the_schema_does_not_know_is_kept()
    {
        // Field 999 of the model, with the number 5.
        using var folder = QuantizedFolder.Make(
            "bert-one-label", model => model.MergeFrom(new byte[] { 0xB8, 0x3E, 0x05 }));
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder.Output, "onnx", "model_int8.onnx"));
        Assert.True(bytes.AsSpan().IndexOf(new byte[] { 0xB8, 0x3E, 0x05 }) >= 0);
    }

    [Fact]
    public void The_folder_holds_configuration_and_tokenizer_and_nothing_else()
    {
        using var folder = QuantizedFolder.Make("bert-one-label");
        Assert.Equal(
            ["config.json", "goldens.json", "onnx/model_int8.onnx", "tokenizer.json", "tokenizer_config.json", "vocab.txt"],
            Directory.EnumerateFiles(folder.Output, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.Output, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal([folder.Output], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder.Output)!));
    }

    [Fact]
    public void What_is_asked_for_wrongly_is_refused_and_leaves_nothing()
    {
        using var folder = QuantizedFolder.Changed("bert-one-label", _ => { });
        string model = folder.Source.Folder;
        Assert.Equal("texts", Assert.Throws<ArgumentException>(() => Quantizer.Quantize(model, [], folder.Output)).ParamName);
        Assert.Equal("outputFolder", Assert.Throws<ArgumentException>(() => Quantizer.Quantize(model, Sentences.Few, " ")).ParamName);
        Assert.Equal("modelFolder", Assert.Throws<ArgumentException>(() => Quantizer.Quantize("", Sentences.Few, folder.Output)).ParamName);
        Assert.Contains(
            "holds the model itself", Assert.Throws<ArgumentException>(() => Quantizer.Quantize(model, Sentences.Few, model)).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(
            () => Quantizer.Quantize(model, Sentences.Few, folder.Output, cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder.Output)!));
    }

    [Fact]
    public void An_older_output_is_replaced_only_where_that_is_asked_for()
    {
        using var folder = QuantizedFolder.Make("bert-one-label");
        Assert.Contains(
            nameof(QuantizerOptions.ReplaceOutput),
            Assert.Throws<ArgumentException>(() => Quantizer.Quantize(folder.Source.Folder, Sentences.Few, folder.Output)).Message,
            StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Output, "onnx", "model_int8.onnx"));
        Quantizer.Quantize(folder.Source.Folder, Sentences.Few, folder.Output, new QuantizerOptions { ReplaceOutput = true });
        Assert.True(File.Exists(Path.Combine(folder.Output, "onnx", "model_int8.onnx")));
    }

    [Fact]
    public void An_output_that_another_run_writes_is_refused()
    {
        using var folder = QuantizedFolder.Changed("bert-one-label", _ => { });
        var seen = new List<QuantizationProgress>();
        var refusals = new List<ArgumentException>();
        Quantizer.Quantize(folder.Source.Folder, Sentences.Few, folder.Output, progress: new Reports(progress =>
        {
            if (seen.Count == 0)
            {
                refusals.Add(Assert.Throws<ArgumentException>(() => Quantizer.Quantize(folder.Source.Folder, Sentences.Few, folder.Output)));
            }

            seen.Add(progress);
        }));
        Assert.Contains("written by another process", Assert.Single(refusals).Message, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<QuantizationStep>(), seen.Select(progress => progress.Step).Distinct());
        Assert.Equal(seen.OrderBy(progress => progress.Texts), seen);
        Assert.All(seen, progress => Assert.Equal(Sentences.Few.Count, progress.TotalTexts));
        Assert.Equal(Sentences.Few.Count, seen[^1].Texts);
    }

    private static float Difference(Classification one, Classification other) =>
        one.Logits.ToArray().Zip(other.Logits.ToArray(), (first, second) => MathF.Abs(first - second)).Max();

    private static TensorProto[] WeightsOf(ModelProto model) =>
        [.. model.Graph.Initializer.Where(tensor => model.Graph.Node.Any(node => node.OpType == "MatMul" && node.Input[1] == tensor.Name))];

    // So that storing them in 16 bits loses nothing.
    private static void RoundToHalves(ModelProto model)
    {
        foreach (TensorProto weights in WeightsOf(model))
        {
            weights.RawData = BytesOf<float>([.. Numbers(weights).Select(number => (float)(Half)number)]);
        }
    }

    private static float[] Numbers(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();

    private static ByteString BytesOf<T>(T[] numbers)
        where T : struct => ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(numbers));

    private static void Store(GraphProto graph, TensorProto weights, string form)
    {
        string name = weights.Name;
        string stored = $"{name}.stored";
        NodeProto node = new() { Name = $"{name}.node", Input = { stored }, Output = { name } };
        switch (form)
        {
            case "float16 behind a Cast":
                weights.RawData = BytesOf<Half>([.. Numbers(weights).Select(number => (Half)number)]);
                weights.DataType = (int)DataType.Float16;
                node.OpType = "Cast";
                node.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (long)DataType.Float });
                break;
            case "Identity":
                node.OpType = "Identity";
                break;
            case "Transpose":
                ConstantTensor transposed = new ConstantTensor(ElementType.Float, [.. weights.Dims.Select(size => (int)size)], Numbers(weights)).Transposed();
                weights.RawData = BytesOf<float>(transposed.Values);
                weights.Dims.Clear();
                weights.Dims.Add(transposed.Dimensions.Select(size => (long)size));
                node.OpType = "Transpose";
                break;
            case "Constant":
                node.OpType = "Constant";
                node.Input.Clear();
                node.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = weights.Clone() });
                graph.Initializer.Remove(weights);
                break;
            case "numbers instead of bytes":
                weights.FloatData.Add(Numbers(weights));
                weights.ClearRawData();
                return;
            default:
                graph.Input.Add(new ValueInfoProto
                {
                    Name = name,
                    Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } },
                });
                return;
        }

        weights.Name = stored;
        graph.Node.Insert(0, node);
    }

    private sealed class Reports(Action<QuantizationProgress> report) : IProgress<QuantizationProgress>
    {
        public void Report(QuantizationProgress value) => report(value);
    }
}
