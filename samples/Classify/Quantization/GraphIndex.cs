using Classify.Quantization.Onnx;
using DataType = Classify.Quantization.Onnx.TensorProto.Types.DataType;

namespace Classify.Quantization;

/// <summary>Where the tensors of a graph come from and where they go.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, TensorProto> initializers;
    private readonly Dictionary<string, NodeProto> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> consumers = new(StringComparer.Ordinal);
    private readonly HashSet<string> changing = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputs;

    public GraphIndex(GraphProto graph)
    {
        initializers = graph.Initializer
            .GroupBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        outputs = [.. graph.Output.Select(output => output.Name)];
        changing.UnionWith(graph.Input.Select(input => input.Name).Where(name => !initializers.ContainsKey(name)));
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input)
            {
                (consumers.TryGetValue(input, out List<NodeProto>? list) ? list : consumers[input] = []).Add(node);
            }

            bool changes = node.Input.Any(changing.Contains);
            foreach (string output in node.Output)
            {
                producers[output] = node;
                if (changes)
                {
                    changing.Add(output);
                }
            }
        }
    }

    /// <summary>Whether a tensor follows from the graph's inputs, as activations do and weights do not.</summary>
    public bool Changes(string name) => changing.Contains(name);

    public bool IsOutput(string name) => outputs.Contains(name);

    /// <summary>The node that a tensor comes from; null for inputs and weights.</summary>
    public NodeProto? ProducerOf(string name) => producers.GetValueOrDefault(name);

    /// <summary>The nodes that take a tensor.</summary>
    public IReadOnlyList<NodeProto> ConsumersOf(string name) => consumers.TryGetValue(name, out List<NodeProto>? list) ? list : [];

    /// <summary>The numbers of a constant, also behind nodes that only store them otherwise; null if they cannot be told.</summary>
    public ConstantTensor? Read(string name)
    {
        if (initializers.TryGetValue(name, out TensorProto? tensor))
        {
            return ConstantTensor.Of(tensor);
        }

        if (Changes(name) || ProducerOf(name) is not { } node)
        {
            return null;
        }

        return node.OpType switch
        {
            "Constant" => node.Attribute.FirstOrDefault(attribute => attribute.Name == "value")?.T is { } value ? ConstantTensor.Of(value) : null,
            "Identity" => Read(node.Input[0]),

            // What is stored in 16 bits and cast is computed with in 32.
            "Cast" when node.NumberOf("to", 0) == (long)DataType.Float => Read(node.Input[0]) is { } stored ? stored with { Type = DataType.Float } : null,
            "Transpose" => Read(node.Input[0]) is { Dimensions.Length: 2 } matrix && node.SwapsAxes() ? matrix.Transposed() : null,
            _ => null,
        };
    }
}
