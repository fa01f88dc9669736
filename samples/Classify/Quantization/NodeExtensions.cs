using Classify.Quantization.Onnx;

namespace Classify.Quantization;

/// <summary>What nodes of a graph say of themselves.</summary>
internal static class NodeExtensions
{
    /// <summary>What messages call a node: its operator and its name, or where it has none the first of its outputs.</summary>
    public static string Title(this NodeProto node) =>
        $"{node.OpType} '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "")}'";

    /// <summary>An attribute that is an integer.</summary>
    public static long NumberOf(this NodeProto node, string attribute, long standard) => Find(node, attribute)?.I ?? standard;

    /// <summary>An attribute that is a floating-point number.</summary>
    public static float FactorOf(this NodeProto node, string attribute, float standard) => Find(node, attribute)?.F ?? standard;

    /// <summary>Whether a transposition of a matrix makes its rows columns.</summary>
    public static bool SwapsAxes(this NodeProto node) => Find(node, "perm") is not { } order || order.Ints.SequenceEqual([1L, 0L]);

    private static AttributeProto? Find(NodeProto node, string attribute) =>
        node.Attribute.FirstOrDefault(candidate => candidate.Name == attribute);
}
