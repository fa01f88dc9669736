using System.Collections.Frozen;

namespace Batching.Graphs.Quantization;

/// <summary>Refuses graphs in which something would be left out, or be quantized that must not be.</summary>
internal static class GraphCheck
{
    private const int OldestOperatorSet = 10;

    private static readonly FrozenSet<string> Inputs = FrozenSet.Create(
        StringComparer.Ordinal, GraphInputs.InputIds, GraphInputs.AttentionMask, GraphInputs.TokenTypeIds);

    // What encoders are made of. A layer hidden in any other operator would stay as it is, or worse.
    private static readonly FrozenSet<string> Operators = FrozenSet.Create(
        StringComparer.Ordinal,
        "Abs", "Add", "And", "Cast", "CastLike", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape", "Cos", "CumSum", "Div", "Dropout",
        "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather", "GatherElements", "GatherND", "Gelu", "Gemm", "Greater", "GreaterOrEqual",
        "Identity", "IsInf", "IsNaN", "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log", "MatMul", "Max", "Min", "Mod", "Mul", "Neg",
        "Not", "Or", "Pow", "Range", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Relu", "Reshape", "ScatterND", "Shape",
        "Sigmoid", "Sign", "Sin", "Size", "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Tile", "Transpose", "Trilu",
        "Unsqueeze", "Where", "Xor");

    /// <exception cref="ModelLoadException">The graph is not understood.</exception>
    public static void Demand(OnnxModel model)
    {
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            if (IsQuantized(node))
            {
                throw Refuse(model, $"{node.Title} computes with integers: the model is quantized already. Give the folder of the fp32 model");
            }

            if (!node.IsStandard)
            {
                throw Refuse(model, $"{node.Title} is an operator of '{node.Domain}', as fused graphs have. Export the model again without optimization");
            }

            if (node.Attributes.FirstOrDefault(attribute => attribute.Graphs.Count > 0) is { } branch)
            {
                throw Refuse(model, $"{node.Title} has a graph of its own, '{branch.Name}'. Export the model again without branches and loops");
            }

            if (!Operators.Contains(node.Type))
            {
                throw Refuse(model, $"{node.Title} is an operator that DistilBERT and BERT do not have. Give the export of a DistilBERT or BERT classifier");
            }
        }

        DemandInputs(model);
        long operators = model.OperatorSets.FirstOrDefault(set => set.Domain is "" or OnnxNode.OwnDomain).Version;
        if (operators < OldestOperatorSet)
        {
            throw Refuse(model, $"its operators are those of version {operators}. Export the model again with version {OldestOperatorSet} or newer; 17 will do");
        }
    }

    /// <summary>What is thrown where a graph is not understood.</summary>
    /// <param name="model">The model.</param>
    /// <param name="why">Why, and what to do, without the full stop.</param>
    public static ModelLoadException Refuse(OnnxModel model, string why) => new($"'{model.File}' cannot be quantized: {why}.", model.File);

    private static void DemandInputs(OnnxModel model)
    {
        HashSet<string> weights = [.. model.Graph.Initializers.Select(tensor => tensor.Name)];
        foreach (OnnxValue input in model.Graph.Inputs.Where(input => !weights.Contains(input.Name)))
        {
            if (!Inputs.Contains(input.Name))
            {
                throw Refuse(model, $"it takes the input '{input.Name}', and what to run it with is not known. Inputs may be {string.Join(", ", Inputs.Order(StringComparer.Ordinal))}");
            }

            if (input.HasFixedAxis)
            {
                throw Refuse(model, $"its input '{input.Name}' has an axis of a fixed size. Export the model again with dynamic batch and sequence axes");
            }
        }
    }

    // QLinearMatMul, QAttention, DequantizeLinear, DynamicQuantizeMatMul, MatMulIntegerToFloat, MatMulNBits and the like.
    private static bool IsQuantized(OnnxNode node) =>
        node.Type.StartsWith('Q')
        || node.Type.StartsWith("DynamicQuantize", StringComparison.Ordinal)
        || node.Type is "DequantizeLinear" or "MatMulNBits" or "MatMulBnb4" or "MatMulFpQ4"
        || node.Type.Contains("Integer", StringComparison.Ordinal);
}
