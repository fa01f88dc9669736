namespace Batching.Inference;

/// <summary>A few rows of random tokens, run alone, padded, together, and in another order.</summary>
/// <remarks>Runs as the model does: a row that is alone has as much company as the model gives it.</remarks>
internal sealed class InvarianceMeasurement : IDisposable
{
    // What the longest rows are padded beyond their length.
    private const int Padding = 7;

    private readonly ModelSession session;
    private readonly CancellationToken cancellationToken;
    private readonly TokenRows rows;
    private readonly int[] shorter;
    private readonly int paddedTo;
    private readonly float[] together;

    private InvarianceMeasurement(ModelSession session, int[] lengths, int longest, CancellationToken cancellationToken)
    {
        this.session = session;
        this.cancellationToken = cancellationToken;
        rows = RandomRows(session, lengths, longest);
        try
        {
            int[] all = [.. Enumerable.Range(0, rows.Count)];
            shorter = [.. all.Where(row => rows.LengthOf(row) < longest).Reverse()];
            paddedTo = Math.Min(shorter.Select(rows.LengthOf).DefaultIfEmpty(1).Max() + Padding, session.Facts.MaxLength ?? int.MaxValue);
            together = Run(session, all, padded: false);
            if (shorter.Length > 0)
            {
                Compare(InCompany, session, shorter, padded: true);
            }
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>The rows together, and the shorter ones of them in another order and padded further.</summary>
    public LogitComparison InCompany { get; } = new();

    /// <summary>Runs the rows together; they are shortened to what the model can run.</summary>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model on rows of any length.</exception>
    public static InvarianceMeasurement Start(ModelSession session, int[] lengths, CancellationToken cancellationToken)
    {
        int longest = Math.Min(lengths.Max(), session.Facts.MaxLength ?? int.MaxValue);
        while (true)
        {
            try
            {
                return new InvarianceMeasurement(session, lengths, longest, cancellationToken);
            }
            catch (ModelRunException) when (longest > 1)
            {
                // The graph may have fewer positions than config.json says, or there may be no config.json.
                longest /= 2;
            }
        }
    }

    /// <summary>Compares each row alone, and one of them padded, with the rows together.</summary>
    /// <param name="of">The session, which may run batches of other shapes by now.</param>
    public LogitComparison CompareAlone(ModelSession of)
    {
        var comparison = new LogitComparison();
        for (int row = 0; row < rows.Count; row++)
        {
            Compare(comparison, of, [row], padded: false);
        }

        if (shorter.Length > 0)
        {
            Compare(comparison, of, [shorter.MinBy(rows.LengthOf)], padded: true);
        }

        return comparison;
    }

    /// <summary>Whether another session of the same model gives the same bits, each row alone and all together.</summary>
    public bool HasSameBits(ModelSession other)
    {
        var comparison = new LogitComparison();
        comparison.Add(together, Run(other, [.. Enumerable.Range(0, rows.Count)], padded: false));
        for (int row = 0; row < rows.Count; row++)
        {
            comparison.Add(Run(session, [row], padded: false), Run(other, [row], padded: false));
        }

        return comparison.AreSame;
    }

    public void Dispose() => rows.Dispose();

    private static TokenRows RandomRows(ModelSession session, int[] lengths, int longest)
    {
        // The same rows every time: a measurement that anyone can repeat.
        var random = new Random(20240521);
        var randomRows = new TokenRows();

        // Rows that run only with rows of their own length are to have such company.
        foreach (int length in session.Shape.EqualLengths ? lengths.Concat(lengths) : lengths)
        {
            var ids = new int[Math.Min(length, longest)];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = random.Next(session.Facts.VocabularySize ?? 1);
            }

            randomRows.Add(session.WithEndToken(ids));
        }

        return randomRows;
    }

    private void Compare(LogitComparison comparison, ModelSession of, int[] selected, bool padded)
    {
        float[] logits = Run(of, selected, padded);
        for (int i = 0; i < selected.Length; i++)
        {
            comparison.Add(
                together.AsSpan(selected[i] * session.Facts.LabelCount, session.Facts.LabelCount),
                logits.AsSpan(i * session.Facts.LabelCount, session.Facts.LabelCount));
        }
    }

    private float[] Run(ModelSession of, int[] selected, bool padded)
    {
        var padding = new PaddingOptions
        {
            Strategy = padded ? PaddingStrategy.MaxLength : PaddingStrategy.Longest,
            MaxLength = paddedTo,
            Side = of.Facts.Parts.Side,
        };
        using TokenBatch batch = TokenBatch.Pad(rows, selected, of.Facts.Parts.PadTokenId, padding);
        using var run = new StoppableRuns(cancellationToken);
        var logits = new float[selected.Length * of.Facts.LabelCount];
        of.Run(batch, logits, run);
        return logits;
    }
}
