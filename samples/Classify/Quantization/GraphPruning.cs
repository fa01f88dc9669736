using Classify.Quantization.Onnx;
using Google.Protobuf.Collections;

namespace Classify.Quantization;

/// <summary>Takes out of a graph what nothing needs any more.</summary>
internal static class GraphPruning
{
    /// <summary>The tensors that the outputs follow from.</summary>
    public static HashSet<string> UsedBy(GraphProto graph)
    {
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output)
            {
                producers[output] = node;
            }
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>(graph.Output.Select(output => output.Name));
        while (left.TryPop(out string? name))
        {
            if (used.Add(name) && producers.TryGetValue(name, out NodeProto? producer))
            {
                foreach (string input in producer.Input)
                {
                    left.Push(input);
                }
            }
        }

        return used;
    }

    /// <summary>Takes out what was used before a change and is not after it; what never was of use stays.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="before">What <see cref="UsedBy"/> said before the change.</param>
    public static void Prune(GraphProto graph, HashSet<string> before)
    {
        HashSet<string> after = UsedBy(graph);
        bool IsGone(string name) => before.Contains(name) && !after.Contains(name);
        Keep(graph.Node, node => !node.Output.Any(before.Contains) || node.Output.Any(after.Contains));
        Keep(graph.Initializer, tensor => !IsGone(tensor.Name));
        Keep(graph.ValueInfo, value => !IsGone(value.Name));

        // Old exporters list weights among the inputs; what is still fed by the caller stays one.
        Keep(graph.Input, input => !IsGone(input.Name));
    }

    private static void Keep<T>(RepeatedField<T> items, Func<T, bool> isKept)
    {
        T[] kept = [.. items.Where(isKept)];
        items.Clear();
        items.Add(kept);
    }
}
