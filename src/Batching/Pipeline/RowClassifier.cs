using Batching.Batches;
using Batching.Inference;

namespace Batching.Pipeline;

/// <summary>Rows of texts in, a result for each row out: what a single text, a call, a stream and a queue have in common.</summary>
/// <remarks>Thread-safe. Disposed of while it is in use, it frees the model last.</remarks>
internal sealed class RowClassifier : IDisposable
{
    private readonly SharedLifetime lifetime;
    private readonly AllCoresModel? allCoresModel;
    private readonly EncodingOptions? windowing;
    private BatchPlanner planner;
    private int callsUnderWay;

    /// <param name="owner">What exceptions say was disposed.</param>
    /// <param name="tokenizer">Makes ids of texts.</param>
    /// <param name="model">Makes logits of ids; disposed of with this.</param>
    /// <param name="allCoresModel">The model once more, for texts that are alone; disposed of with this. Null for none.</param>
    /// <param name="results">Makes results of logits.</param>
    /// <param name="options">How rows are made, padded and run.</param>
    public RowClassifier(
        Type owner, SequenceTokenizer tokenizer, SequenceModel model, AllCoresModel? allCoresModel, ResultMaker results, RowClassifierOptions options)
    {
        Tokenizer = tokenizer;
        Model = model;
        Results = results;
        this.allCoresModel = allCoresModel;
        Parallelism = options.Parallelism;
        Padding = model.Shape.Columns is { } columns
            ? new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = columns, Side = model.PaddingSide }
            : options.Padding with { Side = model.PaddingSide };
        windowing = options.Stride is { } stride ? new EncodingOptions { Stride = stride } : null;
        Runner = new RowRunner(model, tokenizer.PadTokenId, Padding, options.OneByOne);
        planner = new BatchPlanner(BatchCost.Of(options.Precision), BatchPlanner.DefaultTokensPerBatch, model.Shape);
        lifetime = new SharedLifetime(owner, Free);
    }

    public SequenceTokenizer Tokenizer { get; }

    public SequenceModel Model { get; }

    public ResultMaker Results { get; }

    public RowRunner Runner { get; }

    /// <summary>What shorter rows are filled up to, and at which end.</summary>
    public PaddingOptions Padding { get; }

    /// <summary>How many batches are to run side by side.</summary>
    public int Parallelism { get; }

    /// <summary>Whether long texts are windowed, and not truncated.</summary>
    public bool Windows => windowing is not null;

    /// <summary>Whether texts are known to have the same logits in every batch; false also where it was not measured.</summary>
    public bool IsKnownToBeExact => Runner.IsExactKnown && Runner.IsExact;

    /// <summary>Decides which rows go together; calls that have begun keep the one they met for what they have planned.</summary>
    public BatchPlanner Planner
    {
        get => Volatile.Read(ref planner);
        set => Volatile.Write(ref planner, value);
    }

    /// <summary>Keeps the model until it is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public SharedLifetime.Lease Enter() => lifetime.Enter();

    /// <summary>Counts a call that is under way until it is disposed of.</summary>
    public Call BeginCall() => new(this);

    /// <summary>Makes rows of texts.</summary>
    /// <param name="options">How; null for the default.</param>
    public RowEncoder NewEncoder(EncodingOptions? options = null) =>
        new(Tokenizer, options ?? windowing, Windows && options?.Truncation != TruncationStrategy.None);

    /// <summary>Which cores are best for a batch of so many tokens that is alone.</summary>
    public CoreUse CoresFor(int tokens) =>
        allCoresModel is not null && allCoresModel.IsFasterOnAllCores(tokens) ? CoreUse.All : CoreUse.AloneOnOne;

    /// <summary>Runs rows as one batch, unless texts are run one by one.</summary>
    /// <param name="rows">The rows, at least one.</param>
    /// <param name="cores">Which cores they are to have; null for those that are best if no other call is under way.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>A result for each row.</returns>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public Classification[] Run(TokenRows rows, CoreUse? cores, CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = Enter();
        using Call call = BeginCall();
        var logits = new float[rows.Count * Model.LabelCount];
        if (Runner.OneByOne && rows.Count > 1)
        {
            using var run = new StoppableRuns(cancellationToken);
            Runner.Run(rows, [.. Enumerable.Range(0, rows.Count)], logits, run);
            return Results.Make(rows, logits, first: 0);
        }

        using TokenBatch batch = TokenBatch.Pad(rows, Tokenizer.PadTokenId, Padding);
        if (cores != CoreUse.Shared && call.IsAlone && allCoresModel is not null)
        {
            bool onAllCores = (cores ?? CoresFor(rows.TokenCount)) == CoreUse.All;
            allCoresModel.Run(batch, rows.TokenCount, onAllCores, logits, cancellationToken);
        }
        else
        {
            Model.Run(batch, logits, cancellationToken);
        }

        return Results.Make(rows, logits, first: 0);
    }

    /// <summary>Frees the model, once nobody needs it any more.</summary>
    public void Dispose() => lifetime.Dispose();

    private void Free()
    {
        allCoresModel?.Dispose();
        Model.Dispose();
    }

    /// <summary>A call that is under way, so that a text knows whether it is alone.</summary>
    public readonly struct Call : IDisposable
    {
        private readonly RowClassifier classifier;

        public Call(RowClassifier classifier)
        {
            this.classifier = classifier;
            IsAlone = Interlocked.Increment(ref classifier.callsUnderWay) == 1;
        }

        /// <summary>Whether no other was under way when it began.</summary>
        public bool IsAlone { get; }

        public void Dispose() => Interlocked.Decrement(ref classifier.callsUnderWay);
    }
}
