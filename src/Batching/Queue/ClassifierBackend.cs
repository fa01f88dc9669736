using Batching.Inference;

namespace Batching.Queue;

/// <summary>A classifier as a queue sees it.</summary>
internal sealed class ClassifierBackend : IQueueBackend
{
    // A worker's own, whose buffers stay for its next batch.
    [ThreadStatic]
    private static TokenRows? batchRows;

    private readonly SequenceClassifier classifier;

    public ClassifierBackend(SequenceClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        this.classifier = classifier;
    }

    public string Name => classifier.Model.Name;

    public int Parallelism => classifier.Parallelism;

    public BatchPlanner Planner => classifier.Planner;

    public bool SharesRepeatedRows => classifier.IsKnownToBeExact;

    public long Encode(TextInput input, EncodingOptions? options, int mostTokens, List<SequenceEncoding> rows)
    {
        // Most texts are one row, also where long ones are windowed.
        SequenceEncoding row = classifier.Tokenizer.Encode(input, options);
        if (row.IsTruncated && classifier.Windowing is { } windowing)
        {
            return EncodeWindows(input, options ?? windowing, mostTokens, rows);
        }

        Check(row, "text");
        rows.Add(row);
        return row.InputIdsSpan.Length;
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

    public Classification Pool(Classification[] windows) => classifier.Pool(windows);

    private long EncodeWindows(TextInput input, EncodingOptions options, int mostTokens, List<SequenceEncoding> rows)
    {
        using var encoder = new WindowEncoder(classifier.Tokenizer, options);
        if (!encoder.TryBegin(input, mostTokens))
        {
            return mostTokens + 1L;
        }

        using var window = new TokenRows();
        long tokens = 0;
        while (encoder.HasMore && tokens <= mostTokens)
        {
            window.Clear();
            encoder.AppendNext(window);
            var row = new SequenceEncoding(window[0], window.TokenTypeIdsOf(0), window.IsTruncated(0));
            Check(row, "window");
            rows.Add(row);
            tokens += row.InputIdsSpan.Length;
        }

        return tokens;
    }

    private void Check(SequenceEncoding input, string what)
    {
        int length = input.InputIdsSpan.Length;
        if (length == 0)
        {
            throw new ArgumentException("The text has no token, and a row has at least one. Encode it with special tokens.", nameof(input));
        }

        if (length > classifier.Model.MaxLength)
        {
            throw new ArgumentException(
                $"The {what} has {length} tokens, and the model in '{classifier.Model.File}' has positions for {classifier.Model.MaxLength}. Shorten it, or have it truncated.", nameof(input));
        }
    }
}
