using System.Runtime.InteropServices;

namespace Batching.Graphs.Quantization;

/// <summary>Puts integer operators in the place of the floating-point ones of a plan.</summary>
/// <remarks>
/// <para>
/// A layer becomes <c>QuantizeLinear</c>, with the fixed range of its input, and <c>MatMulIntegerToFloat</c>, an operator of
/// ONNX Runtime that adds up integers, scales the sum column by column and adds the bias. All of it goes element by element
/// or sums integers, so that nothing depends on what else is in the batch.
/// </para>
/// <para>
/// Layers of one input share its integers, and layers of the same weights share theirs. Layers whose input has no range stay
/// as they are.
/// </para>
/// </remarks>
internal sealed class GraphRewriter
{
    private const string RuntimeDomain = "com.microsoft";

    private readonly OnnxModel model;
    private readonly QuantizationPlan plan;
    private readonly IReadOnlyList<LinearLayer> chosen;
    private readonly IReadOnlyDictionary<string, ActivationRange> ranges;
    private readonly HashSet<string> names;
    private readonly Dictionary<string, QuantizedInput> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, bool IsTransposed), QuantizedWeights> weights = [];
    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxTensor> initializers;

    private GraphRewriter(OnnxModel model, QuantizationPlan plan, IReadOnlyDictionary<string, ActivationRange> ranges)
    {
        this.model = model;
        this.plan = plan;
        this.ranges = ranges;
        initializers = [.. model.Graph.Initializers];
        chosen = [.. plan.Layers.Where(layer => ranges.ContainsKey(layer.Input))];
        names =
        [
            .. model.Graph.Initializers.Select(tensor => tensor.Name),
            .. model.Graph.Inputs.Select(input => input.Name),
            .. model.Graph.Nodes.SelectMany(node => node.Outputs),
        ];
    }

    /// <summary>The quantized model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">What of it is quantized.</param>
    /// <param name="ranges">How the layers' inputs are quantized.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static OnnxModel Rewrite(
        OnnxModel model, QuantizationPlan plan, IReadOnlyDictionary<string, ActivationRange> ranges, CancellationToken cancellationToken) =>
        new GraphRewriter(model, plan, ranges).Rewrite(cancellationToken);

    private OnnxModel Rewrite(CancellationToken cancellationToken)
    {
        Dictionary<string, LinearLayer> layers = chosen.ToDictionary(layer => layer.Node.Outputs[0], StringComparer.Ordinal);
        HashSet<string> biases = [.. chosen.Where(layer => layer.BiasNode is not null).Select(layer => layer.Output)];
        HashSet<string> embeddings = [.. plan.Embeddings.Select(node => node.Outputs[0])];
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string output = node.Outputs is [var first, ..] ? first : "";
            if (layers.TryGetValue(output, out LinearLayer? layer))
            {
                Add(layer);
            }
            else if (embeddings.Contains(output))
            {
                AddEmbedding(node);
            }
            else if (!biases.Contains(output))
            {
                nodes.Add(node);
            }
        }

        OnnxGraph graph = GraphPruning.Prune(model.Graph.WithNodes(nodes).WithInitializers(initializers), GraphPruning.UsedBy(model.Graph));
        OnnxModel changed = model.With(graph);
        return changed.OperatorSets.Any(set => set.Domain == RuntimeDomain) ? changed : changed.WithOperatorSet(RuntimeDomain, 1);
    }

    private void Add(LinearLayer layer)
    {
        if (!inputs.TryGetValue(layer.Input, out QuantizedInput input))
        {
            input = inputs[layer.Input] = AddInput(layer.Input, ranges[layer.Input]);
        }

        if (!weights.TryGetValue((layer.Weights, layer.IsTransposed), out QuantizedWeights matrix))
        {
            matrix = weights[(layer.Weights, layer.IsTransposed)] = AddWeights(layer);
        }

        // The product of integers comes out scaled, so that only the bias is left to be added.
        string bias = layer.Bias is null ? "" : AddNumbers($"{layer.Output}_bias", [layer.Bias.Length], layer.Bias);
        nodes.Add(OnnxNode.Make(
            "MatMulIntegerToFloat",
            RuntimeDomain,
            layer.Node.Name,
            [input.Values, matrix.Values, input.Scale, matrix.Scales, input.ZeroPoint, "", bias],
            layer.Output));
    }

    private QuantizedInput AddInput(string name, ActivationRange range)
    {
        var input = new QuantizedInput(
            NewName($"{name}_quantized"),
            AddNumbers($"{name}_scale", [], [range.Scale]),
            AddTensor($"{name}_zero_point", ElementType.Uint8, [], [range.ZeroPoint]));
        nodes.Add(OnnxNode.Make("QuantizeLinear", domain: "", input.Values, [name, input.Scale, input.ZeroPoint], input.Values));
        return input;
    }

    private QuantizedWeights AddWeights(LinearLayer layer)
    {
        QuantizedMatrix matrix = QuantizedMatrix.OfWeights(plan.WeightsOf(layer));
        return new QuantizedWeights(
            AddIntegers($"{layer.Weights}_quantized", matrix), AddNumbers($"{layer.Weights}_scales", [matrix.Columns], matrix.Scales));
    }

    // Ids are looked up twice: the integers of their rows, and the scales that these are multiplied by.
    private void AddEmbedding(OnnxNode node)
    {
        QuantizedMatrix matrix = QuantizedMatrix.OfEmbeddings(plan.Index.Read(node.Inputs[0])!);
        string table = AddIntegers($"{node.Inputs[0]}_quantized", matrix);
        string scales = AddNumbers($"{node.Inputs[0]}_scales", [matrix.Rows, 1], matrix.Scales);
        string output = node.Outputs[0];
        string integers = AddNode("Gather", $"{output}_integers", [table, node.Inputs[1]]);
        string numbers = AddNode("Cast", $"{output}_numbers", [integers], OnnxAttribute.Make("to", (long)ElementType.Float));
        string scale = AddNode("Gather", $"{output}_scale", [scales, node.Inputs[1]]);
        nodes.Add(OnnxNode.Make("Mul", domain: "", node.Name, [numbers, scale], output));
    }

    private string AddNode(string type, string output, string[] inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string name = NewName(output);
        nodes.Add(OnnxNode.Make(type, domain: "", name, inputs, name, attributes));
        return name;
    }

    private string AddIntegers(string name, QuantizedMatrix matrix) =>
        AddTensor(name, ElementType.Int8, [matrix.Rows, matrix.Columns], MemoryMarshal.AsBytes<sbyte>(matrix.Values).ToArray());

    private string AddNumbers(string name, long[] dimensions, float[] numbers) =>
        AddTensor(name, ElementType.Float, dimensions, MemoryMarshal.AsBytes<float>(numbers).ToArray());

    private string AddTensor(string name, ElementType type, long[] dimensions, byte[] bytes)
    {
        string unique = NewName(name);
        initializers.Add(OnnxTensor.Make(unique, type, dimensions, bytes));
        return unique;
    }

    private string NewName(string name)
    {
        string unique = name;
        for (int number = 2; !names.Add(unique); number++)
        {
            unique = $"{name}_{number}";
        }

        return unique;
    }

    // The names of tensors in the graph.
    private readonly record struct QuantizedInput(string Values, string Scale, string ZeroPoint);

    private readonly record struct QuantizedWeights(string Values, string Scales);
}
