namespace Batching.Graphs.Quantization;

/// <summary>What of a graph is to be quantized.</summary>
internal sealed class QuantizationPlan
{
    // Scales of rows that are integers already are a table too, and have nothing left to save.
    private const int NarrowestTable = 8;

    private readonly OnnxModel model;

    private QuantizationPlan(OnnxModel model)
    {
        this.model = model;
        Index = new GraphIndex(model.Graph);
        Layers = [.. model.Graph.Nodes.Select(LayerOf).OfType<LinearLayer>()];
        Embeddings = [.. model.Graph.Nodes.Where(IsWordEmbedding)];
    }

    public GraphIndex Index { get; }

    /// <summary>The multiplications, in the order of the graph.</summary>
    public IReadOnlyList<LinearLayer> Layers { get; }

    /// <summary>The nodes that look up the embeddings of ids: a large part of most models.</summary>
    public IReadOnlyList<OnnxNode> Embeddings { get; }

    /// <exception cref="ModelLoadException">There is nothing to quantize, or something that is not understood.</exception>
    public static QuantizationPlan Of(OnnxModel model)
    {
        GraphCheck.Demand(model);
        var plan = new QuantizationPlan(model);
        return plan.Layers.Count > 0
            ? plan
            : throw GraphCheck.Refuse(model, "it has no MatMul or Gemm with constant weights. Give the export of a DistilBERT or BERT classifier");
    }

    /// <summary>The weights of a layer, <c>[in, out]</c>.</summary>
    public ConstantTensor WeightsOf(LinearLayer layer)
    {
        ConstantTensor weights = Index.Read(layer.Weights)!;
        return layer.IsTransposed ? weights.Transposed() : weights;
    }

    private LinearLayer? LayerOf(OnnxNode node)
    {
        if (node.Type is not ("MatMul" or "Gemm") || !node.Inputs.Any(Index.Changes))
        {
            return null;
        }

        if (!Index.Changes(node.Inputs[0]))
        {
            throw GraphCheck.Refuse(model, $"{node.Title} has constants on its left; weights are expected on its right");
        }

        if (Index.Changes(node.Inputs[1]))
        {
            // The scores and sums of attention: nothing in it is a weight.
            return node.Type == "MatMul"
                ? null
                : throw GraphCheck.Refuse(model, $"{node.Title} has no constant weights");
        }

        if (Index.Read(node.Inputs[1]) is not { } weights)
        {
            throw GraphCheck.Refuse(
                model, $"the weights of {node.Title} are computed by {Index.ProducerOf(node.Inputs[1])?.Title ?? "nothing"}. Export the model again with constants folded");
        }

        if (weights.Type != ElementType.Float)
        {
            throw GraphCheck.Refuse(model, $"{node.Title} computes with {weights.Type} numbers. Give the fp32 export");
        }

        if (weights.Dimensions.Length != 2 || weights.Values.Length == 0)
        {
            throw GraphCheck.Refuse(
                model, $"the weights of {node.Title} are of shape [{string.Join(", ", weights.Dimensions)}]; [in, out] is expected");
        }

        return weights.Values.All(float.IsFinite)
            ? node.Type == "Gemm" ? GemmOf(node, weights) : MatMulOf(node, weights)
            : throw GraphCheck.Refuse(model, $"the weights of {node.Title} are not all finite. Export the model again");
    }

    private LinearLayer GemmOf(OnnxNode node, ConstantTensor weights)
    {
        bool isTransposed = node.IntegerOf("transB", 0) != 0;
        bool hasBias = node.Inputs.Count > 2 && node.Inputs[2].Length > 0;
        float[]? bias = hasBias ? BiasOf(node.Inputs[2], weights.Dimensions[isTransposed ? 0 : 1]) : null;
        if (node.IntegerOf("transA", 0) != 0 || node.NumberOf("alpha", 1) != 1 || (hasBias && node.NumberOf("beta", 1) != 1) || (hasBias && bias is null))
        {
            throw GraphCheck.Refuse(
                model, $"{node.Title} is no plain linear layer: transA has to be 0, alpha and beta 1, and its bias constant, with a number for each output");
        }

        return new LinearLayer(node, BiasNode: null, bias, isTransposed);
    }

    private LinearLayer MatMulOf(OnnxNode node, ConstantTensor weights)
    {
        string product = node.Outputs[0];
        if (!Index.IsOutput(product) && Index.ConsumersOf(product) is [{ Type: "Add" } add])
        {
            string other = add.Inputs[0] == product ? add.Inputs[1] : add.Inputs[0];
            if (BiasOf(other, weights.Dimensions[1]) is { } bias)
            {
                return new LinearLayer(node, add, bias, IsTransposed: false);
            }
        }

        return new LinearLayer(node, BiasNode: null, Bias: null, IsTransposed: false);
    }

    // One number a column, or one for all of them.
    private float[]? BiasOf(string name, int columns) => Index.Read(name) switch
    {
        { Type: ElementType.Float, Dimensions: [_] or [1, _] } bias when bias.Values.Length == columns => bias.Values,
        { Type: ElementType.Float, Dimensions.Length: <= 2, Values: [var single] } => [.. Enumerable.Repeat(single, columns)],
        _ => null,
    };

    private bool IsWordEmbedding(OnnxNode node) =>
        node.Type == "Gather"
        && node.IntegerOf("axis", 0) == 0
        && IsInputIds(node.Inputs[1])
        && Index.Read(node.Inputs[0]) is { Type: ElementType.Float, Dimensions: [> 0, >= NarrowestTable] } table
        && table.Values.All(float.IsFinite);

    private bool IsInputIds(string name) =>
        name == "input_ids" || (Index.ProducerOf(name) is { Type: "Cast" or "Identity" } node && IsInputIds(node.Inputs[0]));
}
