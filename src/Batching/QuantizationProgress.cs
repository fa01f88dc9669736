namespace Batching;

/// <summary>How far <see cref="Quantizer"/> has come.</summary>
/// <param name="Step">What it is at.</param>
/// <param name="Texts">How many texts it has run to measure activations.</param>
/// <param name="TotalTexts">How many texts there are.</param>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record QuantizationProgress(QuantizationStep Step, int Texts, int TotalTexts);
