using Batching;

namespace Classify.Quantization;

/// <summary>What the quantize command was asked to do.</summary>
/// <param name="Model">The folder of the fp32 model.</param>
/// <param name="Output">The folder of the int8 model.</param>
/// <param name="Replaces">Whether an older output is replaced.</param>
/// <param name="Sentences">What the model is calibrated with and judged on.</param>
internal sealed record QuantizeOptions(string Model, string Output, bool Replaces, IReadOnlyList<TextInput> Sentences);
