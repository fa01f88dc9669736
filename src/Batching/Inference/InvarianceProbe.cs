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
        using var measurement = InvarianceMeasurement.Start(model, Lengths, cancellationToken);
        return ResultOf(model, measurement.InCompany, measurement.CompareAlone());
    }

    /// <summary>What every load waits for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reshape">
    /// Has the model run batches of other shapes, where rows then get the same bits in all of them; null to leave it as it is.
    /// </param>
    /// <param name="mayGiveCompany">Whether that may be because no row is alone any more.</param>
    internal static Invariance MeasureAtLoad(SequenceModel model, Action<BatchShape>? reshape, bool mayGiveCompany)
    {
        BatchShape shape = model.Shape;
        try
        {
            Invariance found = MeasureShape(model, mayGiveCompany ? reshape : null);
            if (found.IsExact || reshape is null || !MayDependOnPadding(model, found))
            {
                return found;
            }

            reshape(shape with { EqualLengths = true });
            Invariance unpadded = MeasureShape(model, mayGiveCompany ? reshape : null);
            if (model.PaddingSide == PaddingSide.Left || unpadded.Kind < found.Kind)
            {
                string side = model.PaddingSide == PaddingSide.Left ? "left" : "right";
                string why = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Padding on the {side} changes a row's logits, by up to {found.WorstDifference:G2}: so rows run unpadded, only with rows of as many tokens.");
                return unpadded with { Reason = unpadded.Reason is null ? why : $"{why} {unpadded.Reason}" };
            }

            reshape(shape);
            return found;
        }
        catch (ModelRunException exception)
        {
            // Whoever runs the model is told why; here it only means that nothing can be promised.
            reshape?.Invoke(shape with { EqualLengths = model.PaddingSide == PaddingSide.Left });
            return new Invariance(InvarianceKind.Dependent, float.NaN, $"It could not be measured: {exception.Message}");
        }
    }

    /// <summary>Whether logits depend on what is in the padding, with a graph of a fixed length, beyond rounding.</summary>
    internal static bool ReadsPadding(SequenceModel model)
    {
        if (Array.Exists(BatchScaled, model.Operators.Contains))
        {
            return false;
        }

        var comparison = new LogitComparison();
        comparison.Add(LogitsOf(model.PadTokenId), LogitsOf(model.PadTokenId == 0 ? 1 : 0));
        return comparison.Kind == InvarianceKind.Dependent;

        float[] LogitsOf(int padTokenId)
        {
            var padding = new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = model.Shape.Columns, Side = model.PaddingSide };
            using var batch = TokenBatch.Pad([model.WithEndToken(0)], padTokenId, padding);
            using var run = new ModelRun(CancellationToken.None);
            var logits = new float[model.LabelCount];
            model.RunUnreported(batch, logits, run);
            return logits;
        }
    }

    /// <summary>Whether two sessions of one model give every row the same bits.</summary>
    internal static bool GiveSameBits(SequenceModel model, SequenceModel other)
    {
        using var measurement = InvarianceMeasurement.Start(model, Lengths, CancellationToken.None);
        return measurement.HasSameBits(other);
    }

    // On the right, rounding is borne for the sake of speed, as it always was; on the left, only what is exact is trusted.
    private static bool MayDependOnPadding(SequenceModel model, Invariance found) =>
        model.Shape.Columns is null
        && (model.PaddingSide == PaddingSide.Left || (found.Kind == InvarianceKind.Dependent && found.Reason is null));

    // As the model runs batches now, but for company where only rows that are alone have other bits.
    private static Invariance MeasureShape(SequenceModel model, Action<BatchShape>? reshape)
    {
        BatchShape shape = model.Shape;
        using var measurement = InvarianceMeasurement.Start(model, LengthsAtLoad, CancellationToken.None);
        LogitComparison alone = measurement.CompareAlone();
        Invariance found = ResultOf(model, measurement.InCompany, alone);
        if (found.IsExact || found.Reason is not null || !measurement.InCompany.AreSame || reshape is null)
        {
            return found;
        }

        reshape(shape with { LeastRows = 2 });
        if (measurement.CompareAlone().AreSame)
        {
            return new Invariance(InvarianceKind.Exact, WorstDifference: 0, string.Create(
                CultureInfo.InvariantCulture,
                $"A run of one row gives other bits, up to {alone.WorstDifference:G2} off: so a row that is alone is run beside a copy of itself."));
        }

        reshape(shape);
        return found;
    }

    private static Invariance ResultOf(SequenceModel model, LogitComparison inCompany, LogitComparison alone)
    {
        LogitComparison worse = alone.Kind > inCompany.Kind ? alone : inCompany;
        float worst = MathF.Max(alone.WorstDifference, inCompany.WorstDifference);
        return Array.Find(BatchScaled, model.Operators.Contains) is { } found
            ? new Invariance(InvarianceKind.Dependent, worst, $"The graph has {found}, which scales activations by all that is in the batch.")
            : new Invariance(worse.Kind, worst);
    }
}
