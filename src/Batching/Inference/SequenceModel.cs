using System.Numerics.Tensors;
using Batching.Batches;
using Batching.Inference;
using Batching.Folders;

namespace Batching;

/// <summary>A sequence classifier in ONNX Runtime: batches of ids in, rows of logits out.</summary>
/// <remarks>
/// <para>
/// Thread-safe: one session serves any number of runs side by side. Disposed of while runs are under way, it lets them
/// finish and frees the session last; new runs throw <see cref="ObjectDisposedException"/>.
/// </para>
/// <para>
/// What a graph would answer wrongly or not at all is refused before ONNX Runtime sees it: shapes that do not fit, ids
/// outside the vocabulary, rows longer than the model has positions for.
/// </para>
/// </remarks>
public sealed class SequenceModel : IDisposable
{
    private readonly SharedLifetime lifetime;
    private readonly RunMetrics metrics;
    private readonly Lazy<Invariance> invariance;

    // Runs that nobody can cancel share these.
    private readonly StoppableRuns uncancelled = new(CancellationToken.None);

    private SequenceModel(ModelSession session, string? name)
    {
        Session = session;
        Name = name ?? File;
        metrics = new RunMetrics(Name);
        lifetime = new SharedLifetime(typeof(SequenceModel), Free);
        invariance = session.Facts.Invariance is { } measured ? new Lazy<Invariance>(measured) : new Lazy<Invariance>(MeasureInvariance);
    }

    /// <summary>The number of labels: the width of the logits.</summary>
    public int LabelCount => Session.Facts.LabelCount;

    /// <summary>The number of ids that the model has embeddings for; ids from 0 up to it are accepted. Null where it cannot be told.</summary>
    public int? VocabularySize => Session.Facts.VocabularySize;

    /// <summary>
    /// The longest row that the model takes: as many as it has positions for (<c>max_position_embeddings</c>, or where the graph
    /// has fewer, as many as those), or its graph's fixed length; null where neither is known.
    /// </summary>
    public int? MaxLength => Session.Facts.MaxLength;

    /// <summary>
    /// Whether a row's logits are the same in every batch on this machine: measured when the model was loaded, or, where
    /// <see cref="SequenceModelOptions.ProbeInvariance"/> is off, when it is first asked for.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model was disposed before it was measured.</exception>
    public Invariance Invariance => invariance.Value;

    /// <summary>The session with all that is known of its graph. Hold a <see cref="Lease"/> while it runs.</summary>
    internal ModelSession Session { get; }

    /// <summary>What messages call the .onnx file.</summary>
    internal string File => Session.Graph.File;

    /// <summary>Whether the graph that runs is not the file's but one made of it, which may round otherwise.</summary>
    internal bool IsRewritten => Session.Graph.IsRewritten;

    /// <summary>Whether <see cref="Invariance"/> costs nothing to ask for.</summary>
    internal bool IsInvarianceKnown => invariance.IsValueCreated;

    /// <summary>The shapes of batches that the graph takes. Batches of others are cut and filled up to them.</summary>
    internal BatchShape Shape => Session.Shape;

    /// <summary>The end at which the rows of a batch are filled up.</summary>
    internal PaddingSide PaddingSide => Session.Facts.Parts.Side;

    /// <summary>What measurements call the model.</summary>
    internal string Name { get; }

    /// <summary>Loads a model from a folder as Hugging Face lays it out.</summary>
    /// <param name="folder">Holds the .onnx file and, if there, <c>config.json</c>.</param>
    /// <param name="options">Which file, and how; null for the default.</param>
    /// <returns>The model, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing or damaged, or the graph is no classifier of sequences.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceModel Load(string folder, SequenceModelOptions? options = null)
    {
        var files = ModelFolder.At(folder);
        return Load(files, ModelConfig.Read(files), options ?? new SequenceModelOptions());
    }

    /// <summary>Loads a model from streams.</summary>
    /// <param name="openFile">
    /// Opens a file by its name in the folder, such as <c>onnx/model.onnx</c>, or returns null where there is none: a new
    /// stream at every call, which is read and disposed of. Files of weights that the .onnx file names are asked for by the path
    /// from the same folder, such as <c>onnx/model.onnx_data</c>.
    /// </param>
    /// <param name="options">Which file, and how; null for the default.</param>
    /// <returns>The model, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing or damaged, or the graph is no classifier of sequences.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceModel Load(Func<string, Stream?> openFile, SequenceModelOptions? options = null)
    {
        var files = ModelFolder.From(openFile);
        return Load(files, ModelConfig.Read(files), options ?? new SequenceModelOptions());
    }

    /// <summary>Runs the model on a batch.</summary>
    /// <param name="batch">The batch; ONNX Runtime reads its memory in place.</param>
    /// <param name="cancellationToken">Stops the run, also once it is in flight.</param>
    /// <returns>The logits, <c>[rows, labels]</c>, in memory of their own.</returns>
    /// <exception cref="ArgumentException">The batch holds an id outside the vocabulary, or longer rows than the model takes.</exception>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model or the batch was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<float> Run(TokenBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var logits = new float[batch.Rows * LabelCount];
        Run(batch, logits, cancellationToken);
        return Tensor.Create(logits, [batch.Rows, LabelCount]);
    }

    /// <summary>Runs the model on ids without padding: the attention mask is 1 everywhere, as in Hugging Face.</summary>
    /// <param name="inputIds">The ids, <c>[rows, columns]</c>.</param>
    /// <param name="cancellationToken">Stops the run, also once it is in flight.</param>
    /// <returns>The logits, <c>[rows, labels]</c>.</returns>
    /// <exception cref="ArgumentException">The ids are not of rank 2, an id is outside the vocabulary, or a row is too long.</exception>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<float> Run(in ReadOnlyTensorSpan<long> inputIds, CancellationToken cancellationToken = default)
    {
        using var batch = TokenBatch.Copy(inputIds, default, default);
        return Run(batch, cancellationToken);
    }

    /// <summary>Runs the model on ids and their mask.</summary>
    /// <param name="inputIds">The ids, <c>[rows, columns]</c>.</param>
    /// <param name="attentionMask">1 on tokens and 0 on padding, <c>[rows, columns]</c>; an empty span means 1 everywhere.</param>
    /// <param name="cancellationToken">Stops the run, also once it is in flight.</param>
    /// <returns>The logits, <c>[rows, labels]</c>.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, an id is outside the vocabulary, or a row is too long.</exception>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<float> Run(
        in ReadOnlyTensorSpan<long> inputIds, in ReadOnlyTensorSpan<long> attentionMask, CancellationToken cancellationToken = default)
    {
        using var batch = TokenBatch.Copy(inputIds, attentionMask, default);
        return Run(batch, cancellationToken);
    }

    /// <summary>Runs the model on ids, their mask and their types.</summary>
    /// <param name="inputIds">The ids, <c>[rows, columns]</c>.</param>
    /// <param name="attentionMask">1 on tokens and 0 on padding, <c>[rows, columns]</c>; an empty span means 1 everywhere.</param>
    /// <param name="tokenTypeIds">The token type ids, <c>[rows, columns]</c>; an empty span means 0 everywhere. A model without this input ignores them.</param>
    /// <param name="cancellationToken">Stops the run, also once it is in flight.</param>
    /// <returns>The logits, <c>[rows, labels]</c>.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, an id is outside the vocabulary, or a row is too long.</exception>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<float> Run(
        in ReadOnlyTensorSpan<long> inputIds,
        in ReadOnlyTensorSpan<long> attentionMask,
        in ReadOnlyTensorSpan<long> tokenTypeIds,
        CancellationToken cancellationToken = default)
    {
        using var batch = TokenBatch.Copy(inputIds, attentionMask, tokenTypeIds);
        return Run(batch, cancellationToken);
    }

    /// <summary>Frees the session, once no run needs it any more.</summary>
    public void Dispose() => lifetime.Dispose();

    /// <param name="folder">The model's files.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="options">Which file, and how.</param>
    /// <param name="setting">What the classifier that it is for has settled.</param>
    /// <exception cref="ModelLoadException">A file is missing or damaged, or the graph is no classifier of sequences.</exception>
    internal static SequenceModel Load(ModelFolder folder, ModelConfig config, SequenceModelOptions options, ModelSetting? setting = null)
    {
        var graph = GraphSession.Open(folder, options);
        try
        {
            ModelFacts facts = ModelMeasurement.Measure(graph, folder, config, options, setting ?? ModelSetting.None);
            return new SequenceModel(new ModelSession(graph, facts), options.Name);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the session until the lease is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal SharedLifetime.Lease Lease() => lifetime.Enter();

    /// <summary>Runs the model on a batch and writes the logits, <c>[rows, labels]</c>, to memory of the caller's.</summary>
    internal void Run(TokenBatch batch, Memory<float> logits, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            Run(batch, logits, uncancelled);
            return;
        }

        using var run = new StoppableRuns(cancellationToken);
        Run(batch, logits, run);
    }

    /// <summary>Runs the model as one of a worker's runs.</summary>
    internal void Run(TokenBatch batch, Memory<float> logits, StoppableRuns run)
    {
        using SharedLifetime.Lease modelLease = lifetime.Enter();
        using SharedLifetime.Lease batchLease = batch.Lease();
        run.Token.ThrowIfCancellationRequested();
        Session.Check(batch);
        long start = RunMetrics.Start();
        long positions = Session.Run(batch, logits, run);
        metrics.Add(start, batch, positions);
    }

    private Invariance MeasureInvariance()
    {
        using SharedLifetime.Lease lease = Lease();
        return InvarianceProbe.MeasureAtLoad(Session, mayReshape: false, mayGiveCompany: false).Invariance;
    }

    private void Free()
    {
        Session.Graph.Dispose();
        uncancelled.Dispose();
    }
}
