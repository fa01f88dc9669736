using Batching.Graphs;
using Batching.Tests.Folders;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;
using TestGraph = Batching.Tests.Folders.OnnxGraph;

namespace Batching.Tests.Graphs;

/// <summary>The operators of an .onnx file are counted without ONNX Runtime, and without its weights being read.</summary>
public sealed class OperatorCountsTests
{
    [Fact]
    public void The_operators_of_a_graph_are_named()
    {
        IReadOnlySet<string> names = Of(File.ReadAllBytes(Path.Combine(Repository.Contract("distilbert-dynamic-int8"), "model.onnx")));
        Assert.Superset(new HashSet<string> { "DynamicQuantizeLinear", "MatMulInteger", "Softmax", "Gather" }, names.ToHashSet());
        Assert.DoesNotContain("QuantizeLinear", names);
    }

    [Fact]
    public void Branches_functions_and_nodes_behind_the_weights_count()
    {
        var inner = new GraphProto { Node = { new NodeProto { OpType = "Deepest" } } };
        var branch = new GraphProto { Node = { new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = inner } } } } };
        var model = new ModelProto
        {
            ProducerName = "test",
            Functions = { new FunctionProto { Name = "F", Node = { new NodeProto { OpType = "InFunction" } } } },
            Graph = new GraphProto
            {
                Node =
                {
                    new NodeProto { OpType = "Loop", Input = { "a" }, Attribute = { new AttributeProto { Name = "body", Graphs = { branch } } } },
                    new NodeProto { OpType = "Constant", Attribute = { new AttributeProto { Name = "value", T = Weights(10_000) } } },
                    new NodeProto { OpType = "Last", Output = { "b" } },
                },
                Initializer = { Weights(1), Weights(100_000), Weights(0) },
            },
        };

        // A message that is written twice is one: the nodes of the second come after the weights of the first.
        byte[] more = new ModelProto { Graph = new GraphProto { Node = { new NodeProto { OpType = "BehindTheWeights" } } } }.ToByteArray();
        Assert.Equal(
            ["BehindTheWeights", "Constant", "Deepest", "If", "InFunction", "Last", "Loop"],
            Of([.. model.ToByteArray(), .. more]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_that_a_file_may_hold_makes_it_throw()
    {
        byte[] whole = TestGraph.Classifier().ToBytes();
        var random = new Random(3);
        for (int length = 0; length < whole.Length; length++)
        {
            Of(whole[..length]);
            byte[] changed = [.. whole];
            changed[length] = (byte)random.Next(256);
            Of(changed);
        }

        for (int round = 0; round < 1000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Of(bytes);

            // The field of the graph, and a length that is not there.
            Of([0x3A, .. bytes]);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [InlineData(new byte[] { 0x3A, 0x06, 0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(new byte[] { 0x3A, 0x06, 0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [InlineData(new byte[] { 0x3A, 0x02, 0x2A, 0x05, 0, 0, 0, 0, 0 })]
    public void A_length_beyond_its_message_ends_the_search(byte[] bytes) => Assert.Empty(Of(bytes));

    [Fact]
    public void Graphs_nested_100000_deep_end_the_search()
    {
        byte[] nested = new GraphProto { Node = { new NodeProto { OpType = "Deepest" } } }.ToByteArray();
        var output = new MemoryStream();
        var lengths = new List<int> { nested.Length };
        for (int depth = 0; depth < 100_000; depth++)
        {
            // A graph in an attribute (6) in a node's attributes (5) in a graph's nodes (1).
            int attribute = 1 + CodedOutputStream.ComputeLengthSize(lengths[^1]) + lengths[^1];
            int node = 1 + CodedOutputStream.ComputeLengthSize(attribute) + attribute;
            lengths.Add(attribute);
            lengths.Add(node);
            lengths.Add(1 + CodedOutputStream.ComputeLengthSize(node) + node);
        }

        using (var writer = new CodedOutputStream(output, leaveOpen: true))
        {
            byte[] tags = [0x32, 0x2A, 0x0A];
            writer.WriteRawTag(0x3A);
            writer.WriteLength(lengths[^1]);
            for (int i = lengths.Count - 2; i >= 0; i--)
            {
                writer.WriteRawTag(tags[i % 3]);
                writer.WriteLength(lengths[i]);
            }
        }

        Assert.DoesNotContain("Deepest", Of([.. output.ToArray(), .. nested]));
    }

    [Fact]
    public void Functions_that_call_each_other_until_there_are_too_many_nodes_are_refused_before_ONNX_Runtime_sees_them()
    {
        // 17 functions, each of which calls the next one twice: 131,072 nodes.
        ModelProto doubling = ModelProto.Parser.ParseFrom(TestGraph.Classifier().ToBytes());
        doubling.Functions.AddRange(Enumerable.Range(0, 17).Select(i => Function($"F{i}", $"F{i + 1}", $"F{i + 1}")));
        doubling.Functions.Add(Function("F17", "Identity"));
        Assert.NotEmpty(Of(doubling.ToByteArray()));
        doubling.Graph.Node.Add(new NodeProto { OpType = "F1", Domain = "test" });
        Assert.Contains("Identity", Of(doubling.ToByteArray()));

        doubling.Graph.Node.Add(new NodeProto { OpType = "F0", Domain = "test" });
        using var model = ModelFolderBuilder.Tiny().Write("model.onnx", doubling.ToByteArray());
        Refusal.Of(model, "model.onnx", "more than 100000 nodes");

        var itself = new ModelProto { Graph = new GraphProto { Node = { new NodeProto { OpType = "F", Domain = "test" } } }, Functions = { Function("F", "F") } };
        model.Write("model.onnx", itself.ToByteArray());
        Refusal.Of(model, "model.onnx", "more than 100000 nodes");

        // The operator of that name is another one.
        itself.Functions[0].Node[0].Domain = "";
        Assert.Equal(["F"], Of(itself.ToByteArray()));

        static FunctionProto Function(string name, params string[] calls) => new()
        {
            Name = name,
            Domain = "test",
            Node = { calls.Select(call => new NodeProto { OpType = call, Domain = call == "Identity" ? "" : "test" }) },
        };
    }

    private static IReadOnlySet<string> Of(byte[] content) => OperatorCounts.Of(OnnxModel.Read(content, "model.onnx")).Names;

    private static TensorProto Weights(int count) => new()
    {
        DataType = (int)TensorProto.Types.DataType.Uint8,
        Dims = { count },
        RawData = ByteString.CopyFrom(new byte[count]),
    };
}
