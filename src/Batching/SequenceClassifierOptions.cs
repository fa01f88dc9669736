namespace Batching;

/// <summary>How a classifier is loaded and how it works.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record SequenceClassifierOptions : SequenceModelOptions
{
    /// <summary>The most tokens of a text, special tokens counted; longer texts are truncated.</summary>
    /// <value>Default: null, as many as model and tokenizer take. From the number of special tokens to that.</value>
    public int? MaxLength { get; init; }

    /// <summary>How rows are padded. Logits do not depend on it; only cost does.</summary>
    /// <value>Default: to the longest row of a batch.</value>
    public PaddingOptions Padding { get; init; } = PaddingOptions.Default;

    /// <summary>What the threads are for: texts one by one, or many at once.</summary>
    /// <value>Default: <see cref="OptimizationGoal.Automatic"/>, which is right for each call.</value>
    public OptimizationGoal OptimizeFor { get; init; }

    /// <summary>How many batches of one call run side by side.</summary>
    /// <value>Default: the number of processors. From 1.</value>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Whether every text is run as a batch of its own, unpadded unless <see cref="Padding"/> says otherwise: with a model
    /// whose logits depend on the batch (<see cref="SequenceClassifier.Invariance"/>), a text then still has the same logits
    /// however it is classified, and whatever else is.
    /// </summary>
    /// <value>Default: false, because batches are faster.</value>
    public bool OneByOne { get; init; }

    /// <summary>
    /// Whether to load a model that has embeddings for more ids than the tokenizer has tokens, as checkpoints padded to a
    /// multiple of 8 or 64 do.
    /// </summary>
    /// <value>Default: false, because a vocabulary that is too small is most often that of another model.</value>
    public bool AllowUnusedEmbeddings { get; init; }
}
