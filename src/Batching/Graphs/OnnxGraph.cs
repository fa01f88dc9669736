namespace Batching.Graphs;

/// <summary>A graph: its nodes, and what they take and give.</summary>
internal sealed class OnnxGraph : OnnxMessage
{
    private const int NodeField = 1;
    private const int InitializerField = 5;
    private const int InputField = 11;
    private const int OutputField = 12;
    private const int ValueField = 13;

    public OnnxGraph(IReadOnlyList<OnnxPiece> pieces)
        : base(OnnxMessageKind.Graph, pieces)
    {
        Nodes = MessagesOf<OnnxNode>(NodeField);
        Initializers = MessagesOf<OnnxTensor>(InitializerField);
        Inputs = MessagesOf<OnnxValue>(InputField);
        Outputs = MessagesOf<OnnxValue>(OutputField);
        Values = MessagesOf<OnnxValue>(ValueField);
    }

    /// <summary>The nodes in the file's order: after those whose outputs they use.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The weights and other constants.</summary>
    public IReadOnlyList<OnnxTensor> Initializers { get; }

    /// <summary>The graph's inputs; old exporters list the initializers among them.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>The graph's outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>What is known of tensors between.</summary>
    public IReadOnlyList<OnnxValue> Values { get; }

    public OnnxGraph WithNodes(IEnumerable<OnnxNode> nodes) => new(With(NodeField, nodes));

    public OnnxGraph WithInitializers(IEnumerable<OnnxTensor> initializers) => new(With(InitializerField, initializers));

    public OnnxGraph WithInputs(IEnumerable<OnnxValue> inputs) => new(With(InputField, inputs));

    public OnnxGraph WithOutputs(IEnumerable<OnnxValue> outputs) => new(With(OutputField, outputs));

    public OnnxGraph WithValues(IEnumerable<OnnxValue> values) => new(With(ValueField, values));

    /// <summary>The constants by name: initializers, and nodes that are constants or nothing but make one fit.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Constants()
    {
        var constants = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        foreach (OnnxTensor tensor in Initializers)
        {
            constants[tensor.Name] = tensor;
        }

        foreach (OnnxNode node in Nodes)
        {
            if (node is { Operator: "Constant", Constant: { } constant, Outputs: [var value] })
            {
                constants[value] = constant;
            }
            else if (node is { Operator: "Cast" or "Identity", Inputs: [var input], Outputs: [var output] }
                && constants.TryGetValue(input, out OnnxTensor? same))
            {
                // Weights that are stored at half precision, and the like.
                constants[output] = same;
            }
        }

        return constants;
    }
}
