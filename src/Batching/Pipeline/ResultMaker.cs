namespace Batching.Pipeline;

/// <summary>Logits to results.</summary>
internal sealed class ResultMaker(IReadOnlyList<string> labels, ScoreFunction scoreFunction, string file)
{
    /// <param name="rows">The rows that were run.</param>
    /// <param name="logits">Their logits, <c>[rows, labels]</c>, which become the results' own.</param>
    /// <param name="first">What number the first row has among the texts of the call, for messages.</param>
    /// <exception cref="ModelRunException">A logit is not a finite number.</exception>
    public Classification[] Make(TokenRows rows, float[] logits, long first)
    {
        int width = labels.Count;
        var scores = new float[logits.Length];
        var results = new Classification[rows.Count];
        for (int row = 0; row < results.Length; row++)
        {
            Memory<float> rowLogits = logits.AsMemory(row * width, width);
            Memory<float> rowScores = scores.AsMemory(row * width, width);
            int best = BestOf(rowLogits.Span, first + row);
            Scores.Apply(scoreFunction, rowLogits.Span, rowScores.Span);
            results[row] = new Classification
            {
                Label = labels[best],
                LabelIndex = best,
                Score = rowScores.Span[best],
                Logits = rowLogits,
                Scores = rowScores,
                TokenCount = rows.LengthOf(row),
                IsTruncated = rows.IsTruncated(row),
            };
        }

        return results;
    }

    private int BestOf(ReadOnlySpan<float> logits, long text)
    {
        int best = 0;
        for (int label = 0; label < logits.Length; label++)
        {
            if (!float.IsFinite(logits[label]))
            {
                throw new ModelRunException(
                    $"The model in '{file}' gave the logit {logits[label]} for the label {labels[label]} of text {text}, which is not a finite number. Its weights are damaged, or overflow at this precision.");
            }

            best = logits[label] > logits[best] ? label : best;
        }

        return best;
    }
}
