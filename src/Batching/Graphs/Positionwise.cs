namespace Batching.Graphs;

/// <summary>Tells the nodes that work on every position of <c>[rows, columns, width]</c> by itself.</summary>
internal static class Positionwise
{
    /// <summary>The inputs of a node that have a place for each position; null where positions may have to do with each other.</summary>
    /// <param name="node">The node.</param>
    /// <param name="constants">The graph's constants by name.</param>
    public static IReadOnlyList<string>? InputsOf(OnnxNode node, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        IReadOnlyList<string> inputs = node.Inputs;
        return node.Operator switch
        {
            "Add" or "Sub" or "Mul" or "Div" or "Pow" when inputs.Count == 2 => Elementwise(),
            "Erf" or "Tanh" or "Relu" or "Sigmoid" or "Sqrt" or "Cast" or "Identity" or "Gelu" or "com.microsoft.Gelu" or "com.microsoft.QuickGelu"
                when inputs.Count == 1 => First(),
            "com.microsoft.FastGelu" or "com.microsoft.BiasGelu" when Rest(IsAlongLastAxis) => First(),
            "LayerNormalization" when node.IntegerOf("axis", -1) == -1 && Rest(IsAlongLastAxis) => First(),
            "QuantizeLinear" or "DequantizeLinear" when Rest(IsSingle) => First(),
            "MatMul" when inputs.Count == 2 && IsMatrix(inputs[1]) => First(),

            // a, b, scale of a, scale of b, zero point of a, zero point of b, bias
            "com.microsoft.MatMulIntegerToFloat" when inputs.Count > 3
                && IsMatrix(inputs[1])
                && IsSingle(inputs[2])
                && IsAlongLastAxis(inputs[3])
                && inputs.Skip(4).Take(1).All(IsSingleOrMissing)
                && inputs.Skip(5).All(input => input.Length == 0 || IsAlongLastAxis(input)) => First(),
            _ => null,
        };

        IReadOnlyList<string>? First() => constants.ContainsKey(inputs[0]) ? null : [inputs[0]];

        IReadOnlyList<string>? Elementwise()
        {
            string[] variable = [.. inputs.Where(input => !constants.ContainsKey(input)).Distinct(StringComparer.Ordinal)];
            return variable.Length > 0 && inputs.Except(variable, StringComparer.Ordinal).All(IsAlongLastAxis) ? variable : null;
        }

        bool Rest(Func<string, bool> condition) => inputs.Count > 1 && inputs.Skip(1).All(condition);

        bool IsMatrix(string name) => constants.TryGetValue(name, out OnnxTensor? tensor) && tensor.Dimensions.Count == 2;

        bool IsSingle(string name) => constants.TryGetValue(name, out OnnxTensor? tensor) && tensor.IsSingle;

        bool IsSingleOrMissing(string name) => name.Length == 0 || IsSingle(name);

        bool IsAlongLastAxis(string name) => constants.TryGetValue(name, out OnnxTensor? tensor) && tensor.IsAlongLastAxis;
    }
}
