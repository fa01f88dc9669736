namespace Batching.Graphs.Quantization;

/// <summary>How activations become integers from 0 to 255.</summary>
/// <param name="Scale">How far apart two neighbours are.</param>
/// <param name="ZeroPoint">The integer that stands for 0.</param>
internal readonly record struct ActivationRange(float Scale, byte ZeroPoint)
{
    /// <summary>The range that goes at least from one number to another, and over 0.</summary>
    public static ActivationRange Between(double lowest, double highest)
    {
        lowest = Math.Min(lowest, 0);
        highest = Math.Max(highest, 0);
        var scale = (float)((highest - lowest) / byte.MaxValue);
        return float.IsNormal(scale)
            ? new ActivationRange(scale, (byte)Math.Clamp(Math.Round(-lowest / scale), 0, byte.MaxValue))
            : new ActivationRange(1, 0);
    }
}
