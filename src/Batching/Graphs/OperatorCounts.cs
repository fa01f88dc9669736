using System.Runtime.InteropServices;

namespace Batching.Graphs;

/// <summary>How often each operator is used in a model, the graphs within its nodes and its functions included.</summary>
internal sealed class OperatorCounts
{
    // A hundred times what a large encoder has. ONNX Runtime writes out what functions call, and they may call each other so
    // that a few lines become more nodes than there is memory for.
    private const long MostNodes = 100_000;

    private const int DeepestCall = 100;

    // How often each operator is used, by its name and domain: in the graph, and in each of the file's own functions.
    private readonly Dictionary<(string Name, string Domain), long> graph = [];
    private readonly Dictionary<(string Name, string Domain), Dictionary<(string Name, string Domain), long>> functions = [];
    private readonly Dictionary<(string Name, string Domain), long> nodesOfFunctions = [];

    private OperatorCounts(OnnxModel model)
    {
        Count(model.Graph.Nodes, graph);
        foreach (OnnxFunction function in model.Functions)
        {
            Dictionary<(string Name, string Domain), long> calls = [];
            Count(function.Nodes, calls);
            functions[(function.Name, function.Domain)] = calls;
        }
    }

    /// <summary>The operators' names, such as <c>MatMul</c>.</summary>
    public IReadOnlySet<string> Names =>
        functions.Values.Prepend(graph).SelectMany(calls => calls.Keys).Select(key => key.Name).ToHashSet(StringComparer.Ordinal);

    /// <param name="model">The model.</param>
    /// <exception cref="ModelLoadException">Its graph is too large for any classifier.</exception>
    public static OperatorCounts Of(OnnxModel model)
    {
        var counts = new OperatorCounts(model);
        return counts.NodesOf(counts.graph, DeepestCall) <= MostNodes ? counts : throw new ModelLoadException(
            $"'{model.File}' has a graph of more than {MostNodes} nodes, those of its functions counted as often as they are called, which is no classifier's: ONNX Runtime would take hours or all memory to load it. Use the model as it was published.",
            model.File);
    }

    private static void Count(IEnumerable<OnnxNode> nodes, Dictionary<(string Name, string Domain), long> calls)
    {
        foreach (OnnxNode node in nodes)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(calls, (node.Type, node.Domain), out _)++;
            foreach (OnnxGraph inner in node.Attributes.SelectMany(attribute => attribute.Graphs))
            {
                Count(inner.Nodes, calls);
            }
        }
    }

    // How many nodes are left when functions are written out; more than the most where that is all that matters.
    private long NodesOf(Dictionary<(string Name, string Domain), long> calls, int deepest)
    {
        long nodes = 0;
        foreach (((string Name, string Domain) called, long times) in calls)
        {
            nodes += times * NodesOf(called, deepest);
            if (nodes > MostNodes)
            {
                return MostNodes + 1;
            }
        }

        return nodes;
    }

    private long NodesOf((string Name, string Domain) called, int deepest)
    {
        if (!functions.TryGetValue(called, out Dictionary<(string Name, string Domain), long>? calls))
        {
            return 1;
        }

        if (!nodesOfFunctions.TryGetValue(called, out long nodes))
        {
            nodes = deepest == 0 ? MostNodes + 1 : NodesOf(calls, deepest - 1);
            nodesOfFunctions[called] = nodes;
        }

        return nodes;
    }
}
