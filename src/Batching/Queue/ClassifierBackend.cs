using Batching.Inference;
using Batching.Pipeline;

namespace Batching.Queue;

/// <summary>A classifier as a queue sees it.</summary>
internal sealed class ClassifierBackend : IQueueBackend
{
    // A worker's own, whose buffers stay for its next batch.
    [ThreadStatic]
    private static TokenRows? batchRows;

    private readonly RowClassifier classifier;

    public ClassifierBackend(RowClassifier classifier) => this.classifier = classifier;

    public string Name => classifier.Model.Name;

    public int Parallelism => classifier.Parallelism;

    public BatchPlanner Planner => classifier.Planner;

    public bool SharesRepeatedRows => classifier.IsKnownToBeExact;

    public long Encode(TextInput input, EncodingOptions? options, int mostTokens, List<SequenceEncoding> rows)
    {
        using RowEncoder encoder = classifier.NewEncoder(options);
        if (!encoder.TryBegin(input, mostTokens))
        {
            return mostTokens + 1L;
        }

        using var made = new TokenRows();
        long tokens = 0;
        while (encoder.HasMore && tokens <= mostTokens)
        {
            made.Clear();
            encoder.AppendNext(made);
            var row = new SequenceEncoding(made[0], made.TokenTypeIdsOf(0), made.IsTruncated(0));
            Check(row);
            rows.Add(row);
            tokens += row.InputIdsSpan.Length;
        }

        return tokens;
    }

    public CoreUse CoresFor(int tokens) => classifier.CoresFor(tokens);

    public Classification[] Run(ReadOnlySpan<SequenceEncoding> rows, CoreUse cores, CancellationToken stop)
    {
        TokenRows batch = batchRows ??= new TokenRows();
        batch.Clear();
        foreach (SequenceEncoding row in rows)
        {
            batch.Add(row);
        }

        return classifier.Run(batch, cores, stop);
    }

    public Classification Pool(Classification[] windows) => classifier.Results.Pool(windows);

    private void Check(SequenceEncoding input)
    {
        int length = input.InputIdsSpan.Length;
        if (length == 0)
        {
            throw new ArgumentException("The text has no token, and a row has at least one. Encode it with special tokens.", nameof(input));
        }

        if (length > classifier.Model.MaxLength)
        {
            throw new ArgumentException(
                $"The {(input.IsTruncated && classifier.Windows ? "window" : "text")} has {length} tokens, and the model in '{classifier.Model.File}' has positions for {classifier.Model.MaxLength}. Shorten it, or have it truncated.", nameof(input));
        }
    }
}
