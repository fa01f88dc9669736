namespace Batching;

/// <summary>Finds out whether a model's logits depend on the batch, on this processor and this build of ONNX Runtime.</summary>
/// <remarks>
/// A padded position is masked by a number so small that its exponential is exactly zero, and zeros added to a sum change
/// nothing; so most models give a row the same bits alone and padded. Models that scale activations by what is in the
/// whole batch (<c>DynamicQuantizeLinear</c>) do not, and portable kernels may round by length: it has to be measured.
/// </remarks>
public static class InvarianceProbe
{
    // Lengths below, at and above the widths of vector registers, in an order that is not sorted.
    private static readonly int[] Lengths = [7, 1, 17, 2, 33, 16, 5, 66];

    /// <summary>Runs a few rows alone, together, and padded further, and compares their logits.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Invariance Measure(SequenceModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        int longest = Math.Min(Lengths.Max(), model.MaxLength ?? int.MaxValue);
        using TokenRows rows = RandomRows(model, longest);
        var alone = new float[rows.Count * model.LabelCount];
        for (int row = 0; row < rows.Count; row++)
        {
            Run(model, rows, [row], longest: null, alone.AsMemory(row * model.LabelCount, model.LabelCount), cancellationToken);
        }

        int[] all = [.. Enumerable.Range(0, rows.Count)];
        var together = new float[alone.Length];
        var result = new Invariance(IsExact: true, WorstDifference: 0);
        foreach (int? paddedTo in new int?[] { null, Math.Min(longest + 13, model.MaxLength ?? int.MaxValue) })
        {
            Run(model, rows, all, paddedTo, together, cancellationToken);
            result = result.With(alone, together);
        }

        return result;
    }

    /// <summary>Whether two sessions of one model give every row the same bits.</summary>
    internal static bool GiveSameBits(SequenceModel model, SequenceModel other)
    {
        using TokenRows rows = RandomRows(model, Math.Min(Lengths.Max(), model.MaxLength ?? int.MaxValue));
        var logits = new float[model.LabelCount];
        var others = new float[other.LabelCount];
        for (int row = 0; row < rows.Count; row++)
        {
            Run(model, rows, [row], longest: null, logits, CancellationToken.None);
            Run(other, rows, [row], longest: null, others, CancellationToken.None);
            if (!new Invariance(IsExact: true, WorstDifference: 0).With(logits, others).IsExact)
            {
                return false;
            }
        }

        return true;
    }

    private static void Run(
        SequenceModel model, TokenRows rows, int[] selected, int? longest, Memory<float> logits, CancellationToken cancellationToken)
    {
        PaddingOptions padding = longest is null
            ? PaddingOptions.Default
            : new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = longest };
        using TokenBatch batch = TokenBatch.Pad(rows, selected, padTokenId: 0, padding);
        model.Run(batch, logits, cancellationToken);
    }

    private static TokenRows RandomRows(SequenceModel model, int longest)
    {
        int vocabularySize = model.VocabularySize ?? 1;

        // The same rows every time: a measurement that anyone can repeat.
        var random = new Random(20240521);
        var rows = new TokenRows();
        foreach (int length in Lengths)
        {
            var ids = new int[Math.Min(length, longest)];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = random.Next(vocabularySize);
            }

            rows.Add(model.WithEndToken(ids));
        }

        return rows;
    }
}
