namespace Batching.Pipeline;

/// <summary>The results of one call's texts, from its windows in their order.</summary>
internal sealed class CallResults(ResultMaker maker)
{
    // The rows so far of a text that goes on in the next window.
    private readonly List<Classification> begun = [];
    private long texts;

    /// <summary>A result for each text that ends in the window.</summary>
    /// <exception cref="ModelRunException">A logit is not a finite number.</exception>
    public Classification[] Make(TextWindow window)
    {
        ReadOnlySpan<int> ends = window.TextEnds;
        bool isRowEach = begun.Count == 0 && ends.Length == window.Rows.Count;
        Classification[] rows = maker.Make(window.Rows, window.Logits, texts, isRowEach ? [] : ends);
        texts += ends.Length;
        if (isRowEach)
        {
            return rows;
        }

        var results = new Classification[ends.Length];
        int row = 0;
        for (int text = 0; text < results.Length; text++)
        {
            begun.AddRange(rows.AsSpan(row..ends[text]));
            results[text] = begun.Count == 1 ? begun[0] : maker.Pool([.. begun]);
            begun.Clear();
            row = ends[text];
        }

        begun.AddRange(rows.AsSpan(row));
        return results;
    }
}
