using System.Runtime.InteropServices;
using Classify.Quantization.Onnx;
using Google.Protobuf;
using DataType = Classify.Quantization.Onnx.TensorProto.Types.DataType;

namespace Classify.Quantization;

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
    private readonly List<NodeProto> nodes = [];

    private GraphRewriter(OnnxModel model, QuantizationPlan plan, IReadOnlyDictionary<string, ActivationRange> ranges)
    {
        this.model = model;
        this.plan = plan;
        this.ranges = ranges;
        chosen = [.. plan.Layers.Where(layer => ranges.ContainsKey(layer.Input))];
        names =
        [
            .. model.Graph.Initializer.Select(tensor => tensor.Name),
            .. model.Graph.Input.Select(input => input.Name),
            .. model.Graph.Node.SelectMany(node => node.Output),
        ];
    }

    /// <summary>The quantized model; the other one stays as it is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">What of it is quantized.</param>
    /// <param name="ranges">How the layers' inputs are quantized.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static OnnxModel Rewrite(
        OnnxModel model, QuantizationPlan plan, IReadOnlyDictionary<string, ActivationRange> ranges, CancellationToken cancellationToken)
    {
        OnnxModel copy = model.Copy();
        new GraphRewriter(copy, plan, ranges).Rewrite(cancellationToken);
        return copy;
    }

    private void Rewrite(CancellationToken cancellationToken)
    {
        GraphProto graph = model.Graph;
        HashSet<string> before = GraphPruning.UsedBy(graph);
        Dictionary<string, LinearLayer> layers = chosen.ToDictionary(layer => layer.Node.Output[0], StringComparer.Ordinal);
        HashSet<string> biases = [.. chosen.Where(layer => layer.BiasNode is not null).Select(layer => layer.Output)];
        HashSet<string> embeddings = [.. plan.Embeddings.Select(node => node.Output[0])];
        foreach (NodeProto node in graph.Node)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string output = node.Output.FirstOrDefault() ?? "";
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

        graph.Node.Clear();
        graph.Node.Add(nodes);
        GraphPruning.Prune(graph, before);
        if (model.Proto.OpsetImport.All(import => import.Domain != RuntimeDomain))
        {
            model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = RuntimeDomain, Version = 1 });
        }
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
        nodes.Add(new NodeProto
        {
            OpType = "MatMulIntegerToFloat",
            Domain = RuntimeDomain,
            Name = layer.Node.Name,
            Input = { input.Values, matrix.Values, input.Scale, matrix.Scales, input.ZeroPoint, "", bias },
            Output = { layer.Output },
        });
    }

    private QuantizedInput AddInput(string name, ActivationRange range)
    {
        var input = new QuantizedInput(
            NewName($"{name}_quantized"),
            AddNumbers($"{name}_scale", [], [range.Scale]),
            AddTensor($"{name}_zero_point", DataType.Uint8, [], [range.ZeroPoint]));
        nodes.Add(new NodeProto
        {
            OpType = "QuantizeLinear",
            Name = input.Values,
            Input = { name, input.Scale, input.ZeroPoint },
            Output = { input.Values },
        });
        return input;
    }

    private QuantizedWeights AddWeights(LinearLayer layer)
    {
        QuantizedMatrix matrix = QuantizedMatrix.OfWeights(plan.WeightsOf(layer));
        return new QuantizedWeights(
            AddIntegers($"{layer.Weights}_quantized", matrix), AddNumbers($"{layer.Weights}_scales", [matrix.Columns], matrix.Scales));
    }

    // Ids are looked up twice: the integers of their rows, and the scales that these are multiplied by.
    private void AddEmbedding(NodeProto node)
    {
        QuantizedMatrix matrix = QuantizedMatrix.OfEmbeddings(plan.Index.Read(node.Input[0])!);
        string table = AddIntegers($"{node.Input[0]}_quantized", matrix);
        string scales = AddNumbers($"{node.Input[0]}_scales", [matrix.Rows, 1], matrix.Scales);
        string output = node.Output[0];
        string integers = AddNode("Gather", $"{output}_integers", table, node.Input[1]);
        string numbers = AddNode("Cast", $"{output}_numbers", integers);
        nodes[^1].Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (long)DataType.Float });
        string scale = AddNode("Gather", $"{output}_scale", scales, node.Input[1]);
        nodes.Add(new NodeProto { OpType = "Mul", Name = node.Name, Input = { numbers, scale }, Output = { output } });
    }

    private string AddNode(string type, string output, params string[] inputs)
    {
        string name = NewName(output);
        nodes.Add(new NodeProto { OpType = type, Name = name, Input = { inputs }, Output = { name } });
        return name;
    }

    private string AddIntegers(string name, QuantizedMatrix matrix) =>
        AddTensor(name, DataType.Int8, [matrix.Rows, matrix.Columns], MemoryMarshal.AsBytes<sbyte>(matrix.Values));

    private string AddNumbers(string name, long[] dimensions, float[] numbers) =>
        AddTensor(name, DataType.Float, dimensions, MemoryMarshal.AsBytes<float>(numbers));

    private string AddTensor(string name, DataType type, long[] dimensions, ReadOnlySpan<byte> bytes)
    {
        string unique = NewName(name);
        model.Graph.Initializer.Add(new TensorProto { Name = unique, DataType = (int)type, Dims = { dimensions }, RawData = ByteString.CopyFrom(bytes) });
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
