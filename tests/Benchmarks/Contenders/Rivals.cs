namespace Batching.Benchmarks.Contenders;

/// <summary>transformers.js at both of its precisions, where this machine has what they need.</summary>
internal sealed class Rivals : IDisposable
{
    private readonly DynamicModelFolder? dynamicModel;

    private Rivals(string? script, string? dynamicModelFile)
    {
        if (script is null)
        {
            Missing.Add("transformers.js: it needs Node.js, and npm to install it.");
            return;
        }

        Full = new NodePipeline(script, Repository.DefaultModel, "fp32");
        if (dynamicModelFile is null)
        {
            Missing.Add("transformers.js with `q8`: `--shared` has to name the folder that holds `models/rivals/model_quantized.onnx`.");
            return;
        }

        dynamicModel = new DynamicModelFolder(dynamicModelFile);
        Dynamic = new NodePipeline(script, dynamicModel.Path, "q8");
    }

    /// <summary>Its default: fp32.</summary>
    public NodePipeline? Full { get; }

    /// <summary>Its <c>q8</c>: dynamic int8.</summary>
    public NodePipeline? Dynamic { get; }

    /// <summary>What is left out, and why.</summary>
    public IList<string> Missing { get; } = [];

    public static Rivals Load(Settings settings) =>
        new(NodePackages.Install(), settings.Shared("models", "rivals", "model_quantized.onnx"));

    public void Dispose()
    {
        Full?.Dispose();
        Dynamic?.Dispose();
        dynamicModel?.Dispose();
    }
}
