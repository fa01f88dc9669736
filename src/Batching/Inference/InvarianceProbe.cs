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
    // What the longest rows are padded beyond their length.
    private const int Padding = 7;

    // Lengths below, at and above the widths of vector registers, in an order that is not sorted.
    private static readonly int[] Lengths = [7, 1, 17, 2, 33, 16, 5, 66];

    // Everything that is loaded waits for these.
    private static readonly int[] LengthsAtLoad = [5, 33, 1, 17];

    // Operators that take the scale of 8-bit activations from all that is in the batch.
    private static readonly string[] BatchScaled = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"];

    /// <summary>
    /// Runs a few rows of up to 66 random tokens alone, padded, together, and in another order, and compares their logits.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>What was found: of more rows than <see cref="SequenceModel.Invariance"/>, which is measured when the model is loaded.</returns>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Invariance Measure(SequenceModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Measure(model, Lengths, cancellationToken);
    }

    /// <summary>What every load waits for: <see cref="Measure(SequenceModel, CancellationToken)"/> with fewer and shorter rows.</summary>
    internal static Invariance MeasureAtLoad(SequenceModel model)
    {
        try
        {
            return Measure(model, LengthsAtLoad, CancellationToken.None);
        }
        catch (ModelRunException exception)
        {
            // Whoever runs the model is told why; here it only means that nothing can be promised.
            return new Invariance(InvarianceKind.Dependent, float.NaN, $"It could not be measured: {exception.Message}");
        }
    }

    /// <summary>Whether two sessions of one model give every row the same bits.</summary>
    internal static bool GiveSameBits(SequenceModel model, SequenceModel other)
    {
        using TokenRows rows = RandomRows(model, Lengths, LongestOf(model, Lengths));
        var comparison = new LogitComparison();
        comparison.Add(RunEachAlone(model, rows, CancellationToken.None), RunEachAlone(other, rows, CancellationToken.None));
        return comparison.AreSame;
    }

    private static Invariance Measure(SequenceModel model, int[] lengths, CancellationToken cancellationToken)
    {
        int longest = LongestOf(model, lengths);
        LogitComparison? comparison = null;
        while (comparison is null)
        {
            try
            {
                comparison = Compare(model, lengths, longest, cancellationToken);
            }
            catch (ModelRunException) when (longest > 1)
            {
                // The graph may have fewer positions than config.json says, or there may be no config.json.
                longest /= 2;
            }
        }

        return Array.Find(BatchScaled, model.Operators.Contains) is { } found
            ? new Invariance(InvarianceKind.Dependent, comparison.WorstDifference, $"The graph has {found}, which scales activations by all that is in the batch.")
            : new Invariance(comparison.Kind, comparison.WorstDifference);
    }

    private static LogitComparison Compare(SequenceModel model, int[] lengths, int longest, CancellationToken cancellationToken)
    {
        using TokenRows rows = RandomRows(model, lengths, longest);
        float[] alone = RunEachAlone(model, rows, cancellationToken);
        int[] all = [.. Enumerable.Range(0, rows.Count)];
        int[] shorter = [.. all.Where(row => rows.LengthOf(row) < longest).Reverse()];
        var comparison = new LogitComparison();
        Add(all, paddedTo: null);
        if (shorter.Length > 0)
        {
            int paddedTo = Math.Min(shorter.Max(rows.LengthOf) + Padding, model.MaxLength ?? int.MaxValue);
            Add(shorter, paddedTo);
            Add([shorter.MinBy(rows.LengthOf)], paddedTo);
        }

        return comparison;

        void Add(int[] selected, int? paddedTo)
        {
            float[] together = Run(model, rows, selected, paddedTo, cancellationToken);
            for (int i = 0; i < selected.Length; i++)
            {
                comparison.Add(
                    alone.AsSpan(selected[i] * model.LabelCount, model.LabelCount),
                    together.AsSpan(i * model.LabelCount, model.LabelCount));
            }
        }
    }

    private static float[] RunEachAlone(SequenceModel model, TokenRows rows, CancellationToken cancellationToken) =>
        [.. Enumerable.Range(0, rows.Count).SelectMany(row => Run(model, rows, [row], paddedTo: null, cancellationToken))];

    private static float[] Run(SequenceModel model, TokenRows rows, int[] selected, int? paddedTo, CancellationToken cancellationToken)
    {
        PaddingOptions padding = paddedTo is null
            ? PaddingOptions.Default
            : new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = paddedTo };
        using TokenBatch batch = TokenBatch.Pad(rows, selected, padTokenId: 0, padding);
        using var run = new ModelRun(cancellationToken);
        var logits = new float[selected.Length * model.LabelCount];
        model.RunUnreported(batch, logits, run);
        return logits;
    }

    private static int LongestOf(SequenceModel model, int[] lengths) => Math.Min(lengths.Max(), model.MaxLength ?? int.MaxValue);

    private static TokenRows RandomRows(SequenceModel model, int[] lengths, int longest)
    {
        // The same rows every time: a measurement that anyone can repeat.
        var random = new Random(20240521);
        var rows = new TokenRows();
        foreach (int length in lengths)
        {
            var ids = new int[Math.Min(length, longest)];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = random.Next(model.VocabularySize ?? 1);
            }

            rows.Add(ids);
        }

        return rows;
    }
}
