using System.Globalization;

namespace Batching;

/// <summary>What a classifier says of a text.</summary>
/// <remarks>Immutable and thread-safe. The memory of the numbers is shared with the other results of the same call.</remarks>
public sealed class Classification
{
    /// <summary>The label with the highest logit.</summary>
    public required string Label { get; init; }

    /// <summary>The index of <see cref="Label"/> among the classifier's labels.</summary>
    public required int LabelIndex { get; init; }

    /// <summary>The score of <see cref="Label"/>: one of <see cref="Scores"/>.</summary>
    public required float Score { get; init; }

    /// <summary>What the model gave, <c>[labels]</c>.</summary>
    public required ReadOnlyMemory<float> Logits { get; init; }

    /// <summary>
    /// The logits as probabilities, <c>[labels]</c>, as Hugging Face's text-classification pipeline makes them: by softmax;
    /// by sigmoid where labels do not exclude each other or there is only one; as they are for a regression.
    /// </summary>
    public required ReadOnlyMemory<float> Scores { get; init; }

    /// <summary>The tokens that the model saw, special tokens counted and padding not.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Whether the text was longer than the model takes and its end was cut off.</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>The label and its score.</summary>
    /// <returns>For instance <c>POSITIVE (0.9987)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} ({Score:0.0000})");
}
