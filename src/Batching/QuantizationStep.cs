namespace Batching;

/// <summary>What <see cref="Quantizer"/> is at.</summary>
public enum QuantizationStep
{
    /// <summary>The fp32 model is loaded, and it is planned what of it becomes integers.</summary>
    Loading,

    /// <summary>The fp32 model runs on the texts, and its activations are counted.</summary>
    MeasuringActivations,

    /// <summary>The int8 model is made and written.</summary>
    Writing,

    /// <summary>Both models run on the texts, and are compared.</summary>
    Comparing,
}
