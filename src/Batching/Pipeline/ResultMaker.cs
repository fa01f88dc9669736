namespace Batching.Pipeline;

/// <summary>Logits to results.</summary>
internal sealed class ResultMaker(IReadOnlyList<string> labels, ScoreFunction scoreFunction, WindowPooling pooling, string file)
{
    /// <summary>A result for each row.</summary>
    /// <param name="rows">The rows that were run.</param>
    /// <param name="logits">Their logits, <c>[rows, labels]</c>, which become the results' own.</param>
    /// <param name="first">What number the first text has among the texts of the call, for messages.</param>
    /// <param name="textEnds">For each text the index after its last row; empty where every row is a text.</param>
    /// <exception cref="ModelRunException">A logit is not a finite number.</exception>
    public Classification[] Make(TokenRows rows, float[] logits, long first, ReadOnlySpan<int> textEnds = default)
    {
        int width = labels.Count;
        var scores = new float[logits.Length];
        var results = new Classification[rows.Count];
        for (int row = 0; row < results.Length; row++)
        {
            Memory<float> rowLogits = logits.AsMemory(row * width, width);
            Memory<float> rowScores = scores.AsMemory(row * width, width);
            int best = BestOf(rowLogits.Span, first + TextOf(row, textEnds));
            ScoreFunctionExtensions.Apply(scoreFunction, rowLogits.Span, rowScores.Span);
            results[row] = new Classification
            {
                Label = labels[best],
                LabelIndex = best,
                Score = rowScores.Span[best],
                Logits = rowLogits,
                Scores = rowScores,
                TokenCount = rows.LengthOf(row),
                IsTruncated = rows.IsTruncated(row),
                Labels = labels,
            };
        }

        return results;
    }

    /// <summary>The result of a text from those of its windows.</summary>
    public Classification Pool(Classification[] windows)
    {
        int width = labels.Count;
        var numbers = new float[2 * width];
        Memory<float> logits = numbers.AsMemory(..width);
        Memory<float> scores = numbers.AsMemory(width);
        int best = 0;
        for (int label = 0; label < width; label++)
        {
            logits.Span[label] = Pool(windows.Select(window => window.Logits.Span[label]));
            scores.Span[label] = Pool(windows.Select(window => window.Scores.Span[label]));

            // Scores so near to 1 that they are equal still differ in their logits.
            best = (scores.Span[label], logits.Span[label]).CompareTo((scores.Span[best], logits.Span[best])) > 0 ? label : best;
        }

        return new Classification
        {
            Label = labels[best],
            LabelIndex = best,
            Score = scores.Span[best],
            Logits = logits,
            Scores = scores,
            TokenCount = windows.Sum(window => window.TokenCount),
            IsTruncated = false,
            Labels = labels,
            Windows = windows,
        };
    }

    /// <summary>Which text a row is of.</summary>
    /// <param name="row">The index of the row.</param>
    /// <param name="textEnds">For each text the index after its last row; empty where every row is a text.</param>
    public static int TextOf(int row, ReadOnlySpan<int> textEnds)
    {
        int text = textEnds.BinarySearch(row + 1);
        return textEnds.IsEmpty ? row : text < 0 ? ~text : text;
    }

    private float Pool(IEnumerable<float> numbers) => pooling == WindowPooling.Mean
        ? (float)numbers.Average(number => (double)number)
        : numbers.Max();

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
