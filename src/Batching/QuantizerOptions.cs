namespace Batching;

/// <summary>How <see cref="Quantizer"/> makes an int8 model.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public record QuantizerOptions
{
    /// <summary>Whether an older output may be replaced. A folder that holds anything else is never replaced.</summary>
    /// <value>Default: false, an output folder that exists is refused.</value>
    public bool ReplaceOutput { get; init; }
}
