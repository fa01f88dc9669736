using Batching.Graphs;
using Batching.Graphs.Quantization;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;
using DataType = Batching.Tests.Onnx.TensorProto.Types.DataType;

namespace Batching.Tests.Graphs;

/// <summary>Graphs that are not understood are refused by what they hold; nothing is guessed.</summary>
public sealed class RefusedGraphTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("DequantizeLinear", "", "quantized already")]
    [InlineData("DynamicQuantizeLinear", "", "quantized already")]
    [InlineData("QLinearMatMul", "", "quantized already")]
    [InlineData("MatMulInteger", "", "quantized already")]
    [InlineData("QAttention", "com.microsoft", "quantized already")]
    [InlineData("MatMulNBits", "com.microsoft", "quantized already")]
    [InlineData("Attention", "com.microsoft", "com.microsoft", "without optimization")]
    [InlineData("EmbedLayerNormalization", "com.microsoft", "com.microsoft", "without optimization")]
    [InlineData("FusedMatMul", "com.microsoft", "com.microsoft", "without optimization")]
    [InlineData("Conv", "", "DistilBERT and BERT do not have")]
    [InlineData("LSTM", "", "DistilBERT and BERT do not have")]
    [InlineData("Einsum", "", "DistilBERT and BERT do not have")]
    public void An_operator_that_cannot_be_placed_is_named(string type, string domain, params string[] says) => Refused(
        model =>
        {
            NodeProto node = Layer(model);
            node.OpType = type;
            node.Domain = domain;
        },
        [$"{type} '/", .. says]);

    [Fact]
    public void A_branch_is_refused() => Refused(
        model => Layer(model).Attribute.Add(new AttributeProto { Name = "then_branch", G = new GraphProto() }), "'then_branch'", "without branches");

    [Fact]
    public void A_graph_without_weights_is_refused() => Refused(
        model =>
        {
            foreach (NodeProto node in model.Graph.Node.Where(node => node.OpType is "MatMul" or "Gemm"))
            {
                node.OpType = "Add";
                node.Attribute.Clear();
            }
        },
        "no MatMul or Gemm with constant weights");

    [Fact]
    public void An_input_that_nobody_knows_is_refused() => Refused(
        model => model.Graph.Input.Add(new ValueInfoProto { Name = "global_attention_mask" }), "'global_attention_mask'");

    [Fact]
    public void A_fixed_axis_is_refused() => Refused(
        model => model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue = 128, "'input_ids'", "fixed size", "dynamic");

    [Fact]
    public void Operators_of_long_ago_are_refused() => Refused(model => model.OpsetImport[0].Version = 9, "version 9", "17 will do");

    [Fact]
    public void Weights_in_float16_are_refused() => Refused(
        model => WeightsOf(model, Layer(model)).DataType = (int)DataType.Float16,
        model =>
        {
            TensorProto weights = WeightsOf(model, Layer(model));
            weights.RawData = ByteString.CopyFrom(new byte[weights.RawData.Length / 2]);
        },
        "Float16", "fp32 export");

    [Fact]
    public void Weights_that_are_computed_are_refused_by_what_computes_them() => Refused(
        model =>
        {
            NodeProto layer = Layer(model);
            model.Graph.Node.Insert(0, new NodeProto { OpType = "Add", Name = "delta", Input = { layer.Input[1], layer.Input[1] }, Output = { "merged" } });
            layer.Input[1] = "merged";
        },
        "MatMul '/", "Add 'delta'", "constants folded");

    [Fact]
    public void Weights_on_the_left_are_refused() => Refused(
        model =>
        {
            NodeProto layer = Layer(model);
            (layer.Input[0], layer.Input[1]) = (layer.Input[1], layer.Input[0]);
        },
        "MatMul '/", "on its left");

    [Fact]
    public void Weights_of_another_rank_are_refused() => Refused(
        model => WeightsOf(model, Layer(model)).Dims.Insert(0, 1), "MatMul '/", "[1, 48, 48]", "[in, out]");

    [Fact]
    public void Weights_that_are_not_finite_are_refused() => Refused(
        model =>
        {
            TensorProto weights = WeightsOf(model, Layer(model));
            byte[] bytes = weights.RawData.ToByteArray();
            BitConverter.TryWriteBytes(bytes.AsSpan(40), float.NaN);
            weights.RawData = ByteString.CopyFrom(bytes);
        },
        "MatMul '/", "not all finite");

    [Theory]
    [InlineData("transA", 1, 0f)]
    [InlineData("alpha", 0, 0.5f)]
    [InlineData("beta", 0, 2f)]
    public void A_Gemm_that_is_more_than_a_layer_is_refused(string attribute, int number, float factor) => Refused(
        model =>
        {
            NodeProto layer = model.Graph.Node.First(node => node.OpType == "Gemm");
            foreach (AttributeProto old in layer.Attribute.Where(candidate => candidate.Name == attribute).ToArray())
            {
                layer.Attribute.Remove(old);
            }

            layer.Attribute.Add(new AttributeProto { Name = attribute, I = number, F = factor });
        },
        "Gemm '/", "transA", "alpha and beta");

    [Fact]
    public void A_file_without_a_graph_is_refused()
    {
        File.WriteAllBytes(file, new ModelProto { IrVersion = 8 }.ToByteArray());
        Says(Assert.Throws<ModelLoadException>(() => Read()), "holds no graph");
    }

    [Theory]
    [InlineData("<!DOCTYPE html>")]
    [InlineData("{}")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxx")]
    public void A_file_that_is_no_model_is_refused(string content)
    {
        File.WriteAllText(file, content);
        Says(Assert.Throws<ModelLoadException>(() => Read()), "Download it again");
    }

    [Theory]
    [InlineData("../model.onnx_data", "0", "16", "leads out of the model's folder")]
    [InlineData("/etc/hosts", "0", "16", "is not a path within the model's folder")]
    [InlineData("no-such-file", "0", "16", "no-such-file")]
    [InlineData("SELF", "0", "99999999999", "99999999999 from 0")]
    [InlineData("SELF", "99999999999", "16", "16 from 99999999999")]
    [InlineData("SELF", "-1", "16", "'-1'")]
    [InlineData("SELF", "0", "many", "'many'")]
    [InlineData(null, "0", "16", "does not say")]
    public void Weights_that_are_not_where_they_are_said_to_be_are_refused(string? location, string offset, string length, string says)
    {
        var tensor = new TensorProto { Name = "weights", DataType = (int)DataType.Float, Dims = { 4 } };
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        foreach ((string key, string? value) in new[] { ("location", location == "SELF" ? Path.GetFileName(file) : location), ("offset", offset), ("length", length) })
        {
            if (value is not null)
            {
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }

        File.WriteAllBytes(file, new ModelProto { Graph = new GraphProto { Initializer = { tensor } } }.ToByteArray());
        Says(Assert.Throws<ModelLoadException>(() => Read()), "'weights'", says);
    }

    private WholeModel Read() => WholeModel.Read(ModelFolder.At(Path.GetDirectoryName(file)!), Path.GetFileName(file));

    private static NodeProto Layer(ModelProto model) =>
        model.Graph.Node.First(node => node.OpType == "MatMul" && model.Graph.Initializer.Any(tensor => tensor.Name == node.Input[1]));

    private static TensorProto WeightsOf(ModelProto model, NodeProto layer) => model.Graph.Initializer.Single(tensor => tensor.Name == layer.Input[1]);

    private static void Says(ModelLoadException refusal, params string[] parts)
    {
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    private void Refused(Action<ModelProto> change, params string[] says) => Refused(change, _ => { }, says);

    private void Refused(Action<ModelProto> change, Action<ModelProto> then, params string[] says)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(Repository.Contract("bert-one-label"), "model.onnx")));
        change(model);
        then(model);
        File.WriteAllBytes(file, model.ToByteArray());
        Says(Assert.Throws<ModelLoadException>(() => QuantizationPlan.Of(Read().Model)), [file, .. says]);
    }
}
