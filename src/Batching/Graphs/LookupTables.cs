namespace Batching.Graphs;

/// <summary>The constants that a graph looks numbers up in, or slices: embeddings of words, of positions, of types.</summary>
internal static class LookupTables
{
    /// <summary>The dimensions of each.</summary>
    public static IReadOnlyList<IReadOnlyList<long>> Of(OnnxGraph graph)
    {
        var constants = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var tables = new HashSet<string>(StringComparer.Ordinal);
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            constants[tensor.Name] = tensor.Dimensions;
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            switch (node.Type)
            {
                case "Gather" or "Slice" when node.Inputs.Count > 0:
                    tables.Add(node.Inputs[0]);
                    break;
                case "EmbedLayerNormalization":
                    // The ids, the token types, and three tables.
                    tables.UnionWith(node.Inputs.Skip(2).Take(3));
                    break;
                case "Cast" or "DequantizeLinear" or "Identity" when node.Inputs.Count > 0 && node.Outputs.Count > 0:
                    renamed.TryAdd(node.Outputs[0], node.Inputs[0]);
                    break;
                case "Constant" when node.Constant is { } constant && node.Outputs.Count > 0:
                    constants[node.Outputs[0]] = constant.Dimensions;
                    break;
                default:
                    break;
            }
        }

        return [.. tables.Select(SourceOf).Distinct(StringComparer.Ordinal).Where(constants.ContainsKey).Select(table => constants[table])];

        string SourceOf(string table)
        {
            // A name may be given once only, but a file may say what it likes.
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (seen.Add(table) && renamed.TryGetValue(table, out string? before))
            {
                table = before;
            }

            return table;
        }
    }
}
