using System.Globalization;

namespace Batching;

/// <summary>A label and its score.</summary>
/// <param name="Label">The label.</param>
/// <param name="Score">Its score, one of <see cref="Classification.Scores"/>.</param>
public readonly record struct LabelScore(string Label, float Score)
{
    /// <summary>The label and its score.</summary>
    /// <returns>For instance <c>POSITIVE (0.9987)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} ({Score:0.0000})");
}
