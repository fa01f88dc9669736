namespace Batching.Graphs;

/// <summary>Has a classifier's last layer compute the first position only, where the graph uses no other.</summary>
/// <remarks>
/// A classifier of BERT's kind takes the last hidden state of the first token and drops all others. What lies between the last
/// attention and that point works on each position by itself, and is most of the last layer: so the first position is taken
/// before it instead of after it. Each number that is left is the product of the same operations on the same numbers.
/// </remarks>
internal static class FirstPositionRewrite
{
    private const string Prefix = "batching";

    // While it is rewritten a file is in memory twice.
    private const long LargestRewritten = 1L << 29;

    /// <summary>The rewritten model, or null where there is nothing to gain or something that is not known to allow it.</summary>
    /// <param name="model">The model.</param>
    public static OnnxModel? Apply(OnnxModel model)
    {
        try
        {
            return model.Length <= LargestRewritten && Apply(model.Graph) is { } rewritten ? model.With(rewritten) : null;
        }
        catch (InvalidDataException)
        {
            // Damaged in what is read on the way only: ONNX Runtime tells.
            return null;
        }
    }

    private static OnnxGraph? Apply(OnnxGraph graph)
    {
        IReadOnlyDictionary<string, OnnxTensor> constants = graph.Constants();

        // A graph within a node may use any tensor, by name only.
        if (graph.Nodes.Any(node => node.HasGraph) || FindSelection(graph, constants) is not { } selection)
        {
            return null;
        }

        var positionwise = new HashSet<int>();
        var wanted = new HashSet<string>(StringComparer.Ordinal) { graph.Nodes[selection].Inputs[0] };
        HashSet<string> outputs = [.. graph.Outputs.Select(output => output.Name)];
        ILookup<string, int> consumers = graph.Nodes
            .SelectMany((node, number) => node.Inputs.Select(input => (input, number)))
            .ToLookup(use => use.input, use => use.number, StringComparer.Ordinal);
        for (int number = selection - 1; number >= 0; number--)
        {
            OnnxNode node = graph.Nodes[number];
            if (node.Outputs is [var output]
                && wanted.Contains(output)
                && !outputs.Contains(output)
                && consumers[output].All(consumer => consumer == selection || positionwise.Contains(consumer))
                && Positionwise.InputsOf(node, constants) is { } inputs)
            {
                positionwise.Add(number);
                wanted.Remove(output);
                wanted.UnionWith(inputs);
            }
        }

        return positionwise.Any(number => graph.Nodes[number].Operator.Contains("MatMul", StringComparison.Ordinal))
            ? Rewrite(graph, positionwise, wanted)
            : null;
    }

    // The node that takes the first position of the last hidden state, [rows, columns, width], for the classifier's head.
    private static int? FindSelection(OnnxGraph graph, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        // A Gemm takes matrices only, so the hidden state is known to have three axes.
        var heads = graph.Nodes
            .Where(node => node is { Operator: "Gemm", Inputs.Count: > 0 } && node.Find("transA") is null)
            .Select(node => node.Inputs[0])
            .ToHashSet(StringComparer.Ordinal);
        int[] selections = [.. Enumerable.Range(0, graph.Nodes.Count).Where(number =>
            graph.Nodes[number] is { Operator: "Gather", Inputs: [_, var index], Outputs: [var output] } node
            && node.IntegerOf("axis", 0) == 1
            && heads.Contains(output)
            && constants.TryGetValue(index, out OnnxTensor? position)
            && position.Dimensions.Count == 0
            && position.Integer() == 0)];
        return selections is [var only] ? only : null;
    }

    // The slice ends where a number says that is known only at run time. So ONNX Runtime knows as little of the shapes behind
    // it as it did before, and fuses the nodes there as it did before: to the same kernels, which give the same bits.
    private static OnnxGraph Rewrite(OnnxGraph graph, HashSet<int> positionwise, HashSet<string> taken)
    {
        const string Shape = $"{Prefix}/shape";
        const string Start = $"{Prefix}/start";
        const string End = $"{Prefix}/end";
        const string Most = $"{Prefix}/most";
        const string Axes = $"{Prefix}/axes";
        List<OnnxNode> nodes = [Node("Shape", [GraphInputs.InputIds], Shape), Node("Min", [Shape, Most], End)];
        for (int number = 0; number < graph.Nodes.Count; number++)
        {
            OnnxNode node = graph.Nodes[number];
            nodes.Add(positionwise.Contains(number) && node.Inputs.Any(taken.Contains)
                ? node.WithInputs(input => taken.Contains(input) ? FirstOf(input) : input)
                : node);
            nodes.AddRange(node.Outputs.Where(taken.Contains).Select(output => Node("Slice", [output, Start, End, Axes], FirstOf(output))));
        }

        return graph
            .WithNodes(nodes)
            .WithInitializers([.. graph.Initializers, OnnxTensor.Make(Start, 0, 0), OnnxTensor.Make(Most, long.MaxValue, 1), OnnxTensor.Make(Axes, 0, 1)]);

        static string FirstOf(string tensor) => $"{Prefix}/first/{tensor}";

        static OnnxNode Node(string type, string[] inputs, string output) => OnnxNode.Make(type, domain: "", name: "", inputs, output);
    }
}
