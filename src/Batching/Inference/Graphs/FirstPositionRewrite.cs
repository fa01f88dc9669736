namespace Batching.Inference.Graphs;

/// <summary>Has a classifier's last layer compute the first position only, where the graph uses no other.</summary>
/// <remarks>
/// A classifier of BERT's kind takes the last hidden state of the first token and drops all others. What lies between the last
/// attention and that point works on each position by itself, and is most of the last layer: so the first position is taken
/// before it instead of after it. Each number that is left is the product of the same operations on the same numbers.
/// </remarks>
internal static class FirstPositionRewrite
{
    private const string Prefix = "batching";

    /// <summary>The rewritten model, or null where there is nothing to gain or something that is not known to allow it.</summary>
    /// <param name="graph">The model.</param>
    public static byte[]? Apply(OnnxGraph graph)
    {
        // A graph within a node may use any tensor, by name only.
        if (graph.Nodes.Any(node => node.HasGraph) || FindSelection(graph) is not { } selection)
        {
            return null;
        }

        var positionwise = new HashSet<int>();
        var wanted = new HashSet<string>(StringComparer.Ordinal) { graph.Nodes[selection].Inputs[0] };
        ILookup<string, int> consumers = graph.Nodes
            .SelectMany((node, number) => node.Inputs.Select(input => (input, number)))
            .ToLookup(use => use.input, use => use.number, StringComparer.Ordinal);
        for (int number = selection - 1; number >= 0; number--)
        {
            OnnxNode node = graph.Nodes[number];
            if (node.Outputs is [var output]
                && wanted.Contains(output)
                && !graph.Outputs.Contains(output, StringComparer.Ordinal)
                && consumers[output].All(consumer => consumer == selection || positionwise.Contains(consumer))
                && Positionwise.InputsOf(node, graph.Constants) is { } inputs)
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
    private static int? FindSelection(OnnxGraph graph)
    {
        // A Gemm takes matrices only, so the hidden state is known to have three axes.
        var heads = graph.Nodes
            .Where(node => node.Operator == "Gemm" && !node.Integers.ContainsKey("transA"))
            .Select(node => node.Inputs[0])
            .ToHashSet(StringComparer.Ordinal);
        int[] selections = [.. Enumerable.Range(0, graph.Nodes.Count).Where(number =>
            graph.Nodes[number] is { Operator: "Gather", Inputs: [_, var index], Outputs: [var output] } node
            && node.Integers.GetValueOrDefault("axis") == 1
            && heads.Contains(output)
            && graph.Constants.TryGetValue(index, out OnnxTensor? position)
            && position is { Integer: 0, Dimensions.Count: 0 })];
        return selections is [var only] ? only : null;
    }

    // The slice ends where a number says that is known only at run time. So ONNX Runtime knows as little of the shapes behind
    // it as it did before, and fuses the nodes there as it did before: to the same kernels, which give the same bits.
    private static byte[] Rewrite(OnnxGraph graph, HashSet<int> positionwise, HashSet<string> taken)
    {
        const string Shape = $"{Prefix}/shape";
        const string Start = $"{Prefix}/start";
        const string End = $"{Prefix}/end";
        const string Most = $"{Prefix}/most";
        const string Axes = $"{Prefix}/axes";
        var replaced = new Dictionary<int, IReadOnlyList<byte[]>>();
        foreach (int number in positionwise.Where(number => graph.Nodes[number].Inputs.Any(taken.Contains)))
        {
            replaced[number] = [OnnxNode.WithInputs(graph.MessageOf(number), input => taken.Contains(input) ? FirstOf(input) : input)];
        }

        for (int number = 0; number < graph.Nodes.Count; number++)
        {
            string[] made = [.. graph.Nodes[number].Outputs.Where(taken.Contains)];
            if (made.Length > 0)
            {
                replaced[number] =
                [
                    graph.MessageOf(number).ToArray(),
                    .. made.Select(output => OnnxNode.Write("Slice", [output, Start, End, Axes], FirstOf(output))),
                ];
            }
        }

        return graph.With(
            [OnnxNode.Write("Shape", [GraphSignature.InputIds], Shape), OnnxNode.Write("Min", [Shape, Most], End)],
            replaced,
            [OnnxTensor.Write(Start, 0, 0), OnnxTensor.Write(Most, long.MaxValue, 1), OnnxTensor.Write(Axes, 0, 1)]);

        static string FirstOf(string tensor) => $"{Prefix}/first/{tensor}";
    }
}
