using System.Diagnostics;

namespace Batching.Inference;

/// <summary>Measures what batches of a few shapes cost, and what that says of all others.</summary>
internal static class BatchCostProbe
{
    private const int Repetitions = 5;
    private const int Short = 16;
    private const int Long = 128;
    private const int Middle = 32;

    // A larger batch is taken only where it does not cost this much more by the token.
    private const double Tolerance = 1.01;

    private static readonly int[] TokensPerBatch = [256, 512, 1024, 2048];

    public static MeasuredBatchCosts Run(SequenceModel model, CancellationToken cancellationToken)
    {
        using var run = new StoppableRuns(cancellationToken);
        int longest = model.MaxLength ?? int.MaxValue;
        int shorter = LengthOf(Math.Min(Short, Math.Max(1, longest / 2)));
        int longer = LengthOf(Long);
        int few = model.Shape.RowsOf(1);
        int several = model.Shape.RowsOf(4);
        int many = model.Shape.RowsOf(8);
        double least = Measure(few, shorter);
        double shortRow = many == few ? least / few : Math.Max(0, (Measure(many, shorter) - least) / (many - few));
        double perBatch = Math.Max(0, least - (few * shortRow));
        double longRow = Math.Max(0, (Measure(several, longer) - perBatch) / several);

        // A row of n tokens costs n a + n n b: two lengths give both.
        double perTokenPair = longer == shorter ? 0 : Math.Max(0, ((longRow / longer) - (shortRow / shorter)) / (longer - shorter));
        double perToken = Math.Max(0, (shortRow / shorter) - (shorter * perTokenPair));

        int middle = LengthOf(Middle);
        double[] costs = [.. TokensPerBatch.Select(tokens => Measure(Math.Max(1, tokens / middle), middle) / tokens)];
        int largest = Array.FindLastIndex(costs, cost => cost <= costs.Min() * Tolerance);
        return new MeasuredBatchCosts(new BatchCost(perBatch, perToken, perTokenPair), TokensPerBatch[largest]);

        // A length that the graph runs on as it is.
        int LengthOf(int columns) => Math.Min(longest, model.Shape.ColumnsOf(columns));

        // The least of several, in microseconds: what others do on the machine only ever adds.
        double Measure(int rows, int columns)
        {
            int[] row = [.. Enumerable.Range(0, columns).Select(column => column * 7919 % (model.VocabularySize ?? 1))];
            using TokenBatch batch = TokenBatch.Pad([.. Enumerable.Repeat(model.Session.WithEndToken(row), rows)], padTokenId: 0);
            var logits = new float[rows * model.LabelCount];
            model.Run(batch, logits, run);
            double time = double.PositiveInfinity;
            for (int repetition = 0; repetition < Repetitions; repetition++)
            {
                long start = Stopwatch.GetTimestamp();
                model.Run(batch, logits, run);
                time = Math.Min(time, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            return time;
        }
    }
}
