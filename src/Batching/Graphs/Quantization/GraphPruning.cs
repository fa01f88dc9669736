namespace Batching.Graphs.Quantization;

/// <summary>Takes out of a graph what nothing needs any more.</summary>
internal static class GraphPruning
{
    /// <summary>The tensors that the outputs follow from.</summary>
    public static HashSet<string> UsedBy(OnnxGraph graph)
    {
        var producers = new Dictionary<string, OnnxNode>(StringComparer.Ordinal);
        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                producers[output] = node;
            }
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>(graph.Outputs.Select(output => output.Name));
        while (left.TryPop(out string? name))
        {
            if (used.Add(name) && producers.TryGetValue(name, out OnnxNode? producer))
            {
                foreach (string input in producer.Inputs)
                {
                    left.Push(input);
                }
            }
        }

        return used;
    }

    /// <summary>The graph without what was used before a change and is not after it; what never was of use stays.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="before">What <see cref="UsedBy"/> said before the change.</param>
    public static OnnxGraph Prune(OnnxGraph graph, HashSet<string> before)
    {
        HashSet<string> after = UsedBy(graph);
        return graph
            .WithNodes(graph.Nodes.Where(node => !node.Outputs.Any(before.Contains) || node.Outputs.Any(after.Contains)))
            .WithInitializers(graph.Initializers.Where(tensor => !IsGone(tensor.Name)))
            .WithValues(graph.Values.Where(value => !IsGone(value.Name)))

            // Old exporters list weights among the inputs; what is still fed by the caller stays one.
            .WithInputs(graph.Inputs.Where(input => !IsGone(input.Name)));

        bool IsGone(string name) => before.Contains(name) && !after.Contains(name);
    }
}
