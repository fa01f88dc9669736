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

    /// <summary>What measurements call the model (<c>batching.model</c>).</summary>
    /// <value>Default: null, the .onnx file.</value>
    public string? Name { get; init; }

    /// <summary>Changes ONNX Runtime's options before the session is made, for instance to add an execution provider.</summary>
    /// <value>Default: null. Called once, by the thread that loads the model; the options are disposed of afterwards.</value>
    public Action<SessionOptions>? ConfigureSession { get; init; }
}
