namespace Batching.Scheduling;

/// <summary>A classifier as a queue sees it.</summary>
internal sealed class ClassifierBackend : IQueueBackend
{
    private readonly SequenceClassifier classifier;

    /// <exception cref="ArgumentException">The classifier pools windows, which a queue does not.</exception>
    public ClassifierBackend(SequenceClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        this.classifier = classifier.PoolsWindows
            ? throw new ArgumentException(
                $"The classifier was loaded with {nameof(SequenceClassifierOptions.LongText)}.{nameof(LongText.Windows)}, and a queue takes every text as one row. Load it with {nameof(LongText)}.{nameof(LongText.Truncate)}, or classify long texts without a queue.",
                nameof(classifier))
            : classifier;
    }

    public string Name => classifier.Model.Name;

    public int Parallelism => classifier.Parallelism;

    public BatchPlanner Planner => classifier.Planner;

    public bool SharesRepeatedRows => classifier.IsKnownToBeExact;

    public SequenceEncoding Encode(TextInput input, EncodingOptions? options)
    {
        SequenceEncoding row = classifier.Tokenizer.Encode(input, options);
        int length = row.InputIdsSpan.Length;
        if (length == 0)
        {
            throw new ArgumentException("The text has no token, and a row has at least one. Encode it with special tokens.", nameof(input));
        }

        return length <= (classifier.Model.MaxLength ?? int.MaxValue) ? row : throw new ArgumentException(
            $"The text has {length} tokens, and the model in '{classifier.Model.File}' has positions for {classifier.Model.MaxLength}. Shorten it, or have it truncated.", nameof(input));
    }

    public Classification[] Run(ReadOnlySpan<SequenceEncoding> rows, bool isAlone, CancellationToken stop)
    {
        using var tokenRows = new TokenRows();
        foreach (SequenceEncoding row in rows)
        {
            tokenRows.Add(row);
        }

        return classifier.Run(tokenRows, isAlone, stop);
    }
}
