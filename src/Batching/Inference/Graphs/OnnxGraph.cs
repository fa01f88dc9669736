using Batching.Folders;
using Google.Protobuf;

namespace Batching.Inference.Graphs;

/// <summary>The graph in an .onnx file: its nodes, and what is known of its constants. Weights stay where they are.</summary>
internal sealed class OnnxGraph
{
    private const int GraphField = 7;
    private const int NodeField = 1;
    private const int InitializerField = 5;
    private const int OutputField = 12;
    private const int NameOfValueField = 1;

    private readonly ReadOnlyMemory<byte> model;
    private readonly List<ReadOnlyMemory<byte>> messages = [];
    private readonly List<OnnxNode> nodes = [];
    private readonly Dictionary<string, OnnxTensor> constants = new(StringComparer.Ordinal);
    private readonly List<string> outputs = [];

    private OnnxGraph(ReadOnlyMemory<byte> model) => this.model = model;

    /// <summary>The nodes in the file's order: after those whose outputs they use.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>The constants by name: initializers, and nodes that are constants or nothing but make one fit.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Constants => constants;

    /// <summary>The graph's outputs.</summary>
    public IReadOnlyList<string> Outputs => outputs;

    /// <summary>Reads a model.</summary>
    /// <param name="model">The file's content, which is to stay as it is.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static OnnxGraph Read(ReadOnlyMemory<byte> model)
    {
        var graph = new OnnxGraph(model);
        foreach (ProtobufField field in ProtobufField.Of(model).Where(field => field.Number == GraphField))
        {
            foreach (ProtobufField part in ProtobufField.Of(field.Content))
            {
                graph.Add(part);
            }
        }

        foreach (OnnxNode node in graph.nodes)
        {
            graph.AddConstant(node);
        }

        return graph;
    }

    /// <summary>The model with some nodes changed: what is not named stays as it is, byte for byte.</summary>
    /// <param name="first">The messages of nodes to put before all others.</param>
    /// <param name="replaced">By the number of a node, the messages to stand in its place.</param>
    /// <param name="initializers">The messages of constants to add.</param>
    public byte[] With(
        IEnumerable<byte[]> first, IReadOnlyDictionary<int, IReadOnlyList<byte[]>> replaced, IEnumerable<byte[]> initializers)
    {
        var written = new List<ReadOnlyMemory<byte>>();
        foreach (ProtobufField field in ProtobufField.Of(model))
        {
            if (field.Number != GraphField)
            {
                written.Add(field.Whole);
                continue;
            }

            List<ReadOnlyMemory<byte>> graph = [];
            AddMessages(graph, NodeField, first);
            int number = 0;
            foreach (ProtobufField part in ProtobufField.Of(field.Content))
            {
                if (part.Number == NodeField && replaced.TryGetValue(number++, out IReadOnlyList<byte[]>? instead))
                {
                    AddMessages(graph, NodeField, instead);
                }
                else
                {
                    graph.Add(part.Whole);
                }
            }

            AddMessages(graph, InitializerField, initializers);
            written.Add(Header(GraphField, graph.Sum(part => part.Length)));
            written.AddRange(graph);
        }

        var bytes = new byte[written.Sum(part => part.Length)];
        int position = 0;
        foreach (ReadOnlyMemory<byte> part in written)
        {
            part.CopyTo(bytes.AsMemory(position));
            position += part.Length;
        }

        return bytes;
    }

    /// <summary>The message of a node.</summary>
    public ReadOnlyMemory<byte> MessageOf(int node) => messages[node];

    private static void AddMessages(List<ReadOnlyMemory<byte>> parts, int number, IEnumerable<byte[]> messages)
    {
        foreach (byte[] message in messages)
        {
            parts.Add(Header(number, message.Length));
            parts.Add(message);
        }
    }

    private static byte[] Header(int number, int length)
    {
        var header = new byte[CodedOutputStream.ComputeTagSize(number) + CodedOutputStream.ComputeLengthSize(length)];
        using var output = new CodedOutputStream(header);
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteLength(length);
        output.Flush();
        return header;
    }

    private void Add(ProtobufField part)
    {
        switch (part.Number)
        {
            case NodeField:
                messages.Add(part.Content);
                nodes.Add(OnnxNode.Read(part.Content));
                break;
            case InitializerField:
                var tensor = OnnxTensor.Read(part.Content);
                constants[tensor.Name] = tensor;
                break;
            case OutputField:
                outputs.Add(ProtobufField.Of(part.Content).FirstOrDefault(field => field.Number == NameOfValueField).Text());
                break;
            default:
                break;
        }
    }

    // Weights that are stored at half precision, and the like.
    private void AddConstant(OnnxNode node)
    {
        if (node.Outputs is not [var output])
        {
            return;
        }

        if (node is { Operator: "Constant", Constant: { } constant })
        {
            constants[output] = constant;
        }
        else if (node is { Operator: "Cast" or "Identity", Inputs: [var input] } && constants.TryGetValue(input, out OnnxTensor? same))
        {
            constants[output] = same;
        }
    }
}
