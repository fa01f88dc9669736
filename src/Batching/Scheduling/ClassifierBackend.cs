namespace Batching.Scheduling;

/// <summary>A classifier as a queue sees it.</summary>
internal sealed class ClassifierBackend : IQueueBackend
{
    private readonly SequenceClassifier classifier;
    private readonly Lazy<Task<bool>> isExact;

    public ClassifierBackend(SequenceClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        this.classifier = classifier;
        isExact = new Lazy<Task<bool>>(() => Task.Run(MeasureIsExact));
    }

    public string Name => classifier.Model.Name;

    public int Parallelism => classifier.Parallelism;

    public BatchPlanner Planner => classifier.Planner;

    /// <summary>Until it was measured, which holds nobody up, nothing is shared.</summary>
    public bool SharesRepeatedRows => isExact.Value is { IsCompleted: true, Result: true };

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

    private bool MeasureIsExact()
    {
        try
        {
            return InvarianceProbe.Measure(classifier.Model).IsExact;
        }
        catch (Exception exception) when (exception is ModelRunException or ObjectDisposedException)
        {
            // Requests will meet what went wrong themselves.
            return false;
        }
    }
}
