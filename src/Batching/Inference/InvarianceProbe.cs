using System.Globalization;
using Batching.Batches;
using Batching.Inference;

namespace Batching;

/// <summary>Finds out whether a model's logits depend on the batch, on this processor and this build of ONNX Runtime.</summary>
/// <remarks>
/// A padded position is masked by a number so small that its exponential is exactly zero, and zeros added to a sum change
/// nothing; so most models give a row the same bits alone and padded. Models that scale activations by what is in the
/// whole batch (<c>DynamicQuantizeLinear</c>) do not, and kernels may round by the number of rows or by the length: it has
/// to be measured.
/// </remarks>
public static class InvarianceProbe
{
    /// <summary>How many tokens are run at load, padding counted.</summary>
    internal const int TokensAtLoad = 162;

    // Lengths below, at and above the widths of vector registers, in an order that is not sorted.
    private static readonly int[] Lengths = [7, 1, 17, 2, 33, 16, 5, 66];

    // Everything that is loaded waits for these.
    private static readonly int[] LengthsAtLoad = [3, 17, 1, 9];

    // Operators that take the scale of 8-bit activations from all that is in the batch.
    private static readonly string[] BatchScaled = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"];

    /// <summary>
    /// Runs a few rows of up to 66 random tokens alone, padded, together, and in another order, and compares their logits.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>
    /// What was found. <see cref="SequenceModel.Invariance"/>, which every load waits for, is measured in the same way with
    /// fewer and shorter rows.
    /// </returns>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Invariance Measure(SequenceModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        using SharedLifetime.Lease lease = model.Lease();
        using var measurement = InvarianceMeasurement.Start(model.Session, Lengths, cancellationToken);
        return ResultOf(model.Session, measurement.InCompany, measurement.CompareAlone(model.Session));
    }

    /// <summary>What every load waits for.</summary>
    /// <param name="session">The session, with batches of the shapes that the graph takes.</param>
    /// <param name="mayReshape">Whether the model may run batches of other shapes, where rows then get the same bits in all of them.</param>
    /// <param name="mayGiveCompany">Whether that may be because no row is alone any more.</param>
    /// <returns>The shapes that the model is to run batches in, and what was found of these.</returns>
    internal static (BatchShape Shape, Invariance Invariance) MeasureAtLoad(ModelSession session, bool mayReshape, bool mayGiveCompany)
    {
        BatchShape shape = session.Shape;
        bool isLeft = session.Facts.Parts.Side == PaddingSide.Left;
        try
        {
            (BatchShape Shape, Invariance Invariance) found = MeasureShape(session, mayReshape && mayGiveCompany);
            if (found.Invariance.IsExact || !mayReshape || !MayDependOnPadding(session, found.Invariance))
            {
                return found;
            }

            (BatchShape Shape, Invariance Invariance) unpadded = MeasureShape(session.With(shape with { EqualLengths = true }), mayGiveCompany);
            if (isLeft || unpadded.Invariance.Kind < found.Invariance.Kind)
            {
                string why = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Padding on the {(isLeft ? "left" : "right")} changes a row's logits, by up to {found.Invariance.WorstDifference:G2}: so rows run unpadded, only with rows of as many tokens.");
                string? more = unpadded.Invariance.Reason;
                return (unpadded.Shape, unpadded.Invariance with { Reason = more is null ? why : $"{why} {more}" });
            }

            return found;
        }
        catch (ModelRunException exception)
        {
            // Whoever runs the model is told why; here it only means that nothing can be promised.
            return (
                mayReshape ? shape with { EqualLengths = isLeft } : shape,
                new Invariance(InvarianceKind.Dependent, float.NaN, $"It could not be measured: {exception.Message}"));
        }
    }

    /// <summary>Whether logits depend on what is in the padding, with a graph of a fixed length, beyond rounding.</summary>
    internal static bool ReadsPadding(ModelSession session)
    {
        if (Array.Exists(BatchScaled, session.Graph.Operators.Contains))
        {
            return false;
        }

        var comparison = new LogitComparison();
        BatchParts parts = session.Facts.Parts;
        comparison.Add(LogitsOf(parts.PadTokenId), LogitsOf(parts.PadTokenId == 0 ? 1 : 0));
        return comparison.Kind == InvarianceKind.Dependent;

        float[] LogitsOf(int padTokenId)
        {
            var padding = new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = parts.Shape.Columns, Side = parts.Side };
            using var batch = TokenBatch.Pad([session.WithEndToken(0)], padTokenId, padding);
            using var run = new StoppableRuns(CancellationToken.None);
            var logits = new float[session.Facts.LabelCount];
            session.Run(batch, logits, run);
            return logits;
        }
    }

    /// <summary>Whether two sessions of one model give every row the same bits.</summary>
    internal static bool GiveSameBits(SequenceModel model, SequenceModel other)
    {
        using SharedLifetime.Lease lease = model.Lease();
        using SharedLifetime.Lease otherLease = other.Lease();
        using var measurement = InvarianceMeasurement.Start(model.Session, Lengths, CancellationToken.None);
        return measurement.HasSameBits(other.Session);
    }

    // On the right, rounding is borne for the sake of speed, as it always was; on the left, only what is exact is trusted.
    private static bool MayDependOnPadding(ModelSession session, Invariance found) =>
        session.Shape.Columns is null
        && (session.Facts.Parts.Side == PaddingSide.Left || (found.Kind == InvarianceKind.Dependent && found.Reason is null));

    // As the session runs batches, but for company where only rows that are alone have other bits.
    private static (BatchShape Shape, Invariance Invariance) MeasureShape(ModelSession session, bool mayGiveCompany)
    {
        using var measurement = InvarianceMeasurement.Start(session, LengthsAtLoad, CancellationToken.None);
        LogitComparison alone = measurement.CompareAlone(session);
        Invariance found = ResultOf(session, measurement.InCompany, alone);
        BatchShape inCompany = session.Shape with { LeastRows = 2 };
        return !found.IsExact && found.Reason is null && measurement.InCompany.AreSame && mayGiveCompany
            && measurement.CompareAlone(session.With(inCompany)).AreSame
            ? (inCompany, new Invariance(InvarianceKind.Exact, WorstDifference: 0, string.Create(
                CultureInfo.InvariantCulture,
                $"A run of one row gives other bits, up to {alone.WorstDifference:G2} off: so a row that is alone is run beside a copy of itself.")))
            : (session.Shape, found);
    }

    private static Invariance ResultOf(ModelSession session, LogitComparison inCompany, LogitComparison alone)
    {
        LogitComparison worse = alone.Kind > inCompany.Kind ? alone : inCompany;
        float worst = MathF.Max(alone.WorstDifference, inCompany.WorstDifference);
        return Array.Find(BatchScaled, session.Graph.Operators.Contains) is { } found
            ? new Invariance(InvarianceKind.Dependent, worst, $"The graph has {found}, which scales activations by all that is in the batch.")
            : new Invariance(worse.Kind, worst);
    }
}
