namespace Batching;

/// <summary>How a classifier is loaded and how it works.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record SequenceClassifierOptions : SequenceModelOptions
{
    /// <summary>The most tokens of a text, special tokens counted; longer texts are truncated.</summary>
    /// <value>Default: null, as many as model and tokenizer take. From the number of special tokens to that.</value>
    public int? MaxLength { get; init; }

    /// <summary>The end at which a longer text is cut (<c>truncation_side</c>), and from which on it is windowed.</summary>
    /// <value>Default: null, as the tokenizer's files say: see <see cref="SequenceTokenizer.TruncationSide"/>.</value>
    public TruncationSide? TruncationSide { get; init; }

    /// <summary>What becomes of texts that are longer than that limit.</summary>
    /// <value>Default: <see cref="LongText.Truncate"/>. <see cref="LongText.Windows"/> needs a limit: the model's, or <see cref="MaxLength"/>.</value>
    public LongText LongText { get; init; }

    /// <summary>How many tokens of a text each window after the first repeats of the window before it (<c>stride</c>).</summary>
    /// <value>Default: 0. Less than the number of tokens of the text that fit into a window. Only <see cref="LongText.Windows"/> uses it.</value>
    public int Stride { get; init; }

    /// <summary>How the scores of a long text's windows become the text's.</summary>
    /// <value>Default: <see cref="WindowPooling.Mean"/>. Only <see cref="LongText.Windows"/> uses it.</value>
    public WindowPooling WindowPooling { get; init; }

    /// <summary>How logits become scores (<c>function_to_apply</c> of Hugging Face's pipeline).</summary>
    /// <value>Default: null, as <c>problem_type</c> and the number of labels say: see <see cref="Classification.Scores"/>.</value>
    public ScoreFunction? ScoreFunction { get; init; }

    /// <summary>How rows are padded. Logits do not depend on it; only cost does.</summary>
    /// <value>
    /// Default: to the longest row of a batch, at the end that the tokenizer names (<see cref="SequenceTokenizer.PaddingSide"/>).
    /// Rows are always padded to a length that is fixed in the graph, and never where padding changes a row's logits by more
    /// than rounding or, on the left, at all: such rows run with rows of their own length.
    /// </value>
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
    /// Whether <see cref="SequenceClassifier.GetIdentity"/> is settled by the load: needed where the files come from streams,
    /// and where they may have changed before it is asked for.
    /// </summary>
    /// <value>Default: false, because it reads every file once more: some 0.1 seconds for every 100 MB.</value>
    public bool ComputeIdentity { get; init; }
}
