using System.Globalization;

namespace Batching;

/// <summary>Whether a row's logits are the same in every batch, as <see cref="InvarianceProbe"/> measured it on this machine.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="WorstDifference">The largest difference between two logits of the same row; NaN if one was not a number.</param>
/// <param name="Reason">
/// A sentence: what in the graph makes logits depend on the batch, or what the library does so that they do not. Null where
/// there is nothing to tell.
/// </param>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record Invariance(InvarianceKind Kind, float WorstDifference, string? Reason = null)
{
    /// <summary>Whether all logits were the same, bit for bit.</summary>
    public bool IsExact => Kind == InvarianceKind.Exact;

    /// <summary>What was found, as a sentence.</summary>
    /// <returns>For instance <c>Bounded: a row's logits differ by up to 6.2E-06 from batch to batch.</c></returns>
    public override string ToString()
    {
        string found = IsExact
            ? "a row has the same logits, bit for bit, in every batch"
            : string.Create(CultureInfo.InvariantCulture, $"a row's logits differ by up to {WorstDifference:G2} from batch to batch");
        return $"{Kind}: {found}.{(Reason is null ? "" : $" {Reason}")}";
    }
}
