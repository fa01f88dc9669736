namespace Batching.Graphs.Quantization;

/// <summary>Where the tensors of a graph come from and where they go.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, OnnxTensor> initializers;
    private readonly Dictionary<string, OnnxNode> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> consumers = new(StringComparer.Ordinal);
    private readonly HashSet<string> changing = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputs;

    public GraphIndex(OnnxGraph graph)
    {
        initializers = graph.Initializers
            .GroupBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        outputs = [.. graph.Outputs.Select(output => output.Name)];
        changing.UnionWith(graph.Inputs.Select(input => input.Name).Where(name => !initializers.ContainsKey(name)));
        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string input in node.Inputs)
            {
                (consumers.TryGetValue(input, out List<OnnxNode>? list) ? list : consumers[input] = []).Add(node);
            }

            bool changes = node.Inputs.Any(changing.Contains);
            foreach (string output in node.Outputs)
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
    public OnnxNode? ProducerOf(string name) => producers.GetValueOrDefault(name);

    /// <summary>The nodes that take a tensor.</summary>
    public IReadOnlyList<OnnxNode> ConsumersOf(string name) => consumers.TryGetValue(name, out List<OnnxNode>? list) ? list : [];

    /// <summary>The numbers of a constant, also behind nodes that only store them otherwise; null if they cannot be told.</summary>
    public ConstantTensor? Read(string name)
    {
        if (initializers.TryGetValue(name, out OnnxTensor? tensor))
        {
            return ConstantTensor.Of(tensor);
        }

        if (Changes(name) || ProducerOf(name) is not { } node)
        {
            return null;
        }

        return node.Type is not "Constant" && node.Inputs.Count == 0 ? null : node.Type switch
        {
            "Constant" => node.Find("value")?.Tensor is { } value ? ConstantTensor.Of(value) : null,
            "Identity" => Read(node.Inputs[0]),

            // What is stored in 16 bits and cast is computed with in 32.
            "Cast" when node.IntegerOf("to", 0) == (long)ElementType.Float => Read(node.Inputs[0]) is { } stored ? stored with { Type = ElementType.Float } : null,
            "Transpose" => Read(node.Inputs[0]) is { Dimensions.Length: 2 } matrix && SwapsAxes(node) ? matrix.Transposed() : null,
            _ => null,
        };
    }

    // Whether a transposition of a matrix makes its rows columns.
    private static bool SwapsAxes(OnnxNode node) => node.Find("perm") is not { } order || order.Integers is [1, 0];
}
