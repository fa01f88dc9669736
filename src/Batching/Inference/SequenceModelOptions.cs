using Batching.Folders;
using Microsoft.ML.OnnxRuntime;

namespace Batching;

/// <summary>How a model is loaded.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public record SequenceModelOptions
{
    /// <summary>Which precision to load.</summary>
    /// <value>Default: null, the full one (<see cref="ModelPrecision.Float32"/>). Ignored where <see cref="ModelFile"/> is set.</value>
    public ModelPrecision? Precision { get; init; }

    /// <summary>Which .onnx file to load, by its name in the folder, such as <c>onnx/model_int8.onnx</c>.</summary>
    /// <value>Default: null, the file of the <see cref="Precision"/>.</value>
    public string? ModelFile { get; init; }

    /// <summary>How many threads one run uses (ONNX Runtime's <c>intra_op_num_threads</c>).</summary>
    /// <value>Default: 1, so that several runs side by side keep the cores busy. From 1.</value>
    public int ThreadsPerRun { get; init; } = 1;

    /// <summary>Whether a run's threads spin for a moment after it, to start faster on the next (ONNX Runtime's <c>session.intra_op.allow_spinning</c>).</summary>
    /// <value>Default: false, because threads that spin burn cores that other runs could use.</value>
    public bool AllowSpinning { get; init; }

    /// <summary>
    /// Whether to find out at load if a row's logits depend on its batch (<see cref="SequenceModel.Invariance"/>). Where
    /// they do only if a row is alone, it is run beside a copy of itself from then on; where padding changes them, rows run
    /// unpadded, only with rows of as many tokens.
    /// </summary>
    /// <value>Default: true. It takes the time of some 160 tokens; without it every row is run as it comes.</value>
    public bool ProbeInvariance { get; init; } = true;

    /// <summary>Whether to refuse a model whose logits depend on the batch in any bit. It is measured, also without <see cref="ProbeInvariance"/>.</summary>
    /// <value>Default: false. A classifier that runs texts one by one (<see cref="SequenceClassifierOptions.OneByOne"/>) takes any model.</value>
    public bool RequireExact { get; init; }

    /// <summary>What measurements call the model (<c>batching.model</c>).</summary>
    /// <value>Default: null, the .onnx file.</value>
    public string? Name { get; init; }

    /// <summary>Changes ONNX Runtime's options before the session is made, for instance to add an execution provider.</summary>
    /// <value>Default: null. Called once, by the thread that loads the model; the options are disposed of afterwards.</value>
    public Action<SessionOptions>? ConfigureSession { get; init; }

    /// <summary>Which .onnx file that is.</summary>
    internal OnnxFileChoice Choice => new(ModelFile, Precision);
}
