using Batching.Graphs;
using Batching.Tests.Folders;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;
using TestGraph = Batching.Tests.Folders.OnnxGraph;

namespace Batching.Tests.Graphs;

/// <summary>The library's reader and writer against the format's own schema, and files that are made to be much of little.</summary>
public sealed class OnnxModelTests
{
    public static TheoryData<string> Files => new(
        Directory.EnumerateFiles(Repository.Contract(""), "*.onnx", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.DefaultModel, "onnx", "model_int8.onnx"))
            .Select(file => Path.GetRelativePath(Repository.Root, file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_read_as_the_schema_reads_it_and_nothing_of_it_is_lost_when_it_is_written(string file)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(Repository.Root, file));
        ModelProto expected = ModelProto.Parser.ParseFrom(content);
        var model = OnnxModel.Read(content, file);
        Assert.Same(content, model.ToBytes());
        Assert.Equal(expected.Graph.Node.Select(node => node.OpType), model.Graph.Nodes.Select(node => node.Type));
        Assert.Equal(expected.Graph.Node.Select(node => node.Name), model.Graph.Nodes.Select(node => node.Name));
        Assert.Equal(expected.Graph.Node.SelectMany(node => node.Input), model.Graph.Nodes.SelectMany(node => node.Inputs));
        Assert.Equal(expected.Graph.Node.SelectMany(node => node.Output), model.Graph.Nodes.SelectMany(node => node.Outputs));
        Assert.Equal(
            expected.Graph.Node.SelectMany(node => node.Attribute).Select(attribute => (attribute.Name, attribute.I, attribute.F)),
            model.Graph.Nodes.SelectMany(node => node.Attributes).Select(attribute => (attribute.Name, attribute.Integer, attribute.Number)));
        Assert.Equal(expected.Graph.Initializer.SelectMany(tensor => tensor.Dims), model.Graph.Initializers.SelectMany(tensor => tensor.Dimensions));
        Assert.Equal(expected.Graph.Initializer.Select(tensor => tensor.DataType), model.Graph.Initializers.Select(tensor => (int)tensor.Type));
        Assert.Equal(expected.OpsetImport.Select(set => (set.Domain, set.Version)), model.OperatorSets);

        // Written anew, message by message.
        OnnxModel written = model.With(model.Graph.WithNodes(model.Graph.Nodes.Select(node => node.WithInputs(input => input))));
        Assert.NotSame(content, written.ToBytes());
        Assert.Equal(written.Length, written.ToBytes().Length);
        Assert.Equal(expected, ModelProto.Parser.ParseFrom(written.ToBytes()));
    }

    [Fact]
    public void Weights_are_passed_over_and_not_copied()
    {
        byte[] content = new ModelProto
        {
            Graph = new GraphProto
            {
                Initializer = { new TensorProto { Name = "weights", DataType = 2, Dims = { 50_000_000 }, RawData = ByteString.CopyFrom(new byte[50_000_000]) } },
                Node = { new NodeProto { OpType = "Identity", Input = { "weights" }, Output = { "same" } } },
            },
        }.ToByteArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var model = OnnxModel.Read(content, "model.onnx");
        OnnxModel changed = model.With(model.Graph.WithNodes([.. model.Graph.Nodes, .. model.Graph.Nodes]));
        Assert.Equal(2, changed.Graph.Nodes.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0x00 })] // a node
    [InlineData(new byte[] { 0x2A, 0x00 })] // an initializer
    [InlineData(new byte[] { 0x0A, 0x02, 0x2A, 0x00 })] // a node with an attribute
    [InlineData(new byte[] { 0x6A, 0x00 })] // what is known of a tensor
    public void Millions_of_messages_in_a_few_bytes_are_refused_before_they_take_memory(byte[] part)
    {
        byte[] content = Graph([.. Enumerable.Repeat(part, 5_000_000).SelectMany(bytes => bytes)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<ModelLoadException>(() => OperatorCounts.Of(OnnxModel.Read(content, "model.onnx")));
        Assert.Contains("'model.onnx'", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("Use the model as it was published.", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 29);
    }

    [Fact]
    public void Fields_of_a_kind_that_is_long_out_of_use_hide_nothing()
    {
        // Field 999 as a group with a number in it: ONNX Runtime passes over it, and so must what counts nodes.
        byte[] group = [0xBB, 0x3E, 0x08, 0x05, 0xBC, 0x3E];
        byte[] whole = TestGraph.Classifier().ToBytes();
        var model = OnnxModel.Read([.. group, .. whole, .. group], "model.onnx");
        Assert.True(model.IsWhole);
        Assert.Equal(OperatorCounts.Of(OnnxModel.Read(whole, "model.onnx")).Names.Order(), OperatorCounts.Of(model).Names.Order());
        Assert.False(OnnxModel.Read([.. whole, 0xBC, 0x3E], "model.onnx").IsWhole);
        Assert.False(OnnxModel.Read([.. whole, 0xBB, 0x3E, 0x08], "model.onnx").IsWhole);
        Assert.False(OnnxModel.Read([.. whole, .. Enumerable.Repeat((byte)0x0B, 1_000_000)], "model.onnx").IsWhole);
    }

    [Fact]
    public void A_tensor_of_more_dimensions_than_any_has_is_damaged()
    {
        var proto = new ModelProto { Graph = new GraphProto { Initializer = { new TensorProto { Dims = { Enumerable.Repeat(1L, 2_000) } } } } };
        Assert.False(OnnxModel.Read(proto.ToByteArray(), "model.onnx").IsWhole);
    }

    [Fact]
    public void A_node_without_the_inputs_that_it_should_have_is_left_to_ONNX_Runtime()
    {
        foreach (string type in new[] { "Gemm", "Gather", "MatMul", "Add", "LayerNormalization" })
        {
            ModelProto proto = ModelProto.Parser.ParseFrom(TestGraph.Classifier().ToBytes());
            proto.Graph.Node.Insert(0, new NodeProto { OpType = type, Output = { "nothing" } });
            using ModelFolderBuilder model = ModelFolderBuilder.Tiny().Write("model.onnx", proto.ToByteArray());
            Refusal.Of(model, "model.onnx", "ONNX Runtime cannot load");
        }
    }

    private static byte[] Graph(byte[] parts) => [.. ProtobufWriter.Header(7, parts.Length).Span, .. parts];
}
