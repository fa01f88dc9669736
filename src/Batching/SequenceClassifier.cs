using System.Runtime.CompilerServices;
using Batching.Batches;
using Batching.Inference;
using Batching.Pipeline;

namespace Batching;

/// <summary>Classifies texts: tokenizes them, pads them into batches, runs the model, and gives one result for each.</summary>
/// <remarks>
/// <para>
/// Thread-safe. Disposed of while calls are under way, it lets them finish and frees the model last; new calls throw
/// <see cref="ObjectDisposedException"/>.
/// </para>
/// <para>
/// A text's logits depend on the text alone, bit for bit, whatever else a call classifies and in whatever order, with
/// every model for which <see cref="Invariance"/> says so on this machine.
/// </para>
/// </remarks>
public sealed class SequenceClassifier : ISequenceClassifier, IDisposable
{
    private readonly RowClassifier rows;
    private readonly ClassificationEngine engine;
    private readonly LoadedFiles loaded;
    private readonly IReadOnlyDictionary<string, string> settings;
    private ModelIdentity? identity;

    /// <param name="rows">Makes rows of texts, and results of rows; disposed of with this.</param>
    /// <param name="labels">The labels by index.</param>
    /// <param name="longText">What becomes of texts that are longer than the model takes.</param>
    /// <param name="loaded">The files that it was loaded from.</param>
    /// <param name="settings">What else the logits depend on.</param>
    /// <param name="computesIdentity">Whether the identity is computed now.</param>
    internal SequenceClassifier(
        RowClassifier rows,
        IReadOnlyList<string> labels,
        LongText longText,
        LoadedFiles loaded,
        IReadOnlyDictionary<string, string> settings,
        bool computesIdentity)
    {
        this.rows = rows;
        this.loaded = loaded;
        this.settings = settings;
        Labels = labels;
        LongText = longText;
        engine = new ClassificationEngine(rows);
        identity = computesIdentity ? ModelIdentity.Of(loaded, settings, CancellationToken.None) : null;
    }

    /// <summary>Makes ids of texts. Its limit is the classifier's.</summary>
    public SequenceTokenizer Tokenizer => rows.Tokenizer;

    /// <summary>Makes logits of ids. It belongs to the classifier, which disposes of it.</summary>
    public SequenceModel Model => rows.Model;

    /// <summary>
    /// Whether a text's logits are the same whatever else is classified with it: what was measured of the <see cref="Model"/>
    /// on this machine. Where it is not exact, <see cref="SequenceClassifierOptions.OneByOne"/> keeps the promise.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The classifier was disposed before it was measured.</exception>
    public Invariance Invariance => Model.Invariance;

    /// <summary>The labels by index, from <c>id2label</c>; <c>LABEL_0</c> and so on where it is missing, as in Hugging Face.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What becomes of texts that are longer than the model takes: <see cref="SequenceClassifierOptions.LongText"/>.</summary>
    public LongText LongText { get; }

    /// <summary>Makes rows of texts, and results of rows: what a queue runs.</summary>
    internal RowClassifier Rows => rows;

    /// <summary>Loads a classifier from a folder as Hugging Face lays it out.</summary>
    /// <param name="folder">
    /// Holds the .onnx file, <c>config.json</c>, and the tokenizer's files: <c>tokenizer.json</c> or <c>vocab.txt</c>, and
    /// <c>tokenizer_config.json</c>.
    /// </param>
    /// <param name="options">Which files, and how; null for the default.</param>
    /// <returns>The classifier, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceClassifier Load(string folder, SequenceClassifierOptions? options = null) =>
        ClassifierLoader.Load(ModelFolder.At(folder), options ?? new SequenceClassifierOptions());

    /// <summary>Loads a classifier from streams, such as a program's own resources or an archive.</summary>
    /// <param name="openFile">
    /// Opens a file by its name in the folder, such as <c>config.json</c> or <c>onnx/model.onnx</c>, or returns null where
    /// there is none: a new stream at every call, which is read and disposed of. Files of weights that the .onnx file names
    /// are asked for by the path from the same folder, such as <c>onnx/model.onnx_data</c>.
    /// </param>
    /// <param name="options">Which files, and how; null for the default.</param>
    /// <returns>The classifier, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static SequenceClassifier Load(Func<string, Stream?> openFile, SequenceClassifierOptions? options = null) =>
        ClassifierLoader.Load(ModelFolder.From(openFile, options?.ComputeIdentity == true), options ?? new SequenceClassifierOptions());

    /// <summary>Loads a classifier from a folder without holding up the caller.</summary>
    /// <param name="folder">As for <see cref="Load(string, SequenceClassifierOptions?)"/>.</param>
    /// <param name="options">Which files, and how; null for the default.</param>
    /// <param name="cancellationToken">Gives up before the load has begun.</param>
    /// <returns>The classifier, which the caller disposes of.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or contradicts another.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<SequenceClassifier> LoadAsync(
        string folder, SequenceClassifierOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(folder, options), cancellationToken);

    /// <summary>Loads a classifier's tokenizer alone, which takes a fraction of the time.</summary>
    /// <param name="folder">As for <see cref="Load(string, SequenceClassifierOptions?)"/>; the .onnx file may be missing.</param>
    /// <returns>The tokenizer, whose limit is what <c>config.json</c> says that the model takes, or less.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, or of a kind not supported.</exception>
    public static SequenceTokenizer LoadTokenizer(string folder) => ClassifierLoader.LoadTokenizer(ModelFolder.At(folder));

    /// <summary>Loads a classifier's tokenizer alone from streams.</summary>
    /// <param name="openFile">As for <see cref="Load(Func{string, Stream?}, SequenceClassifierOptions?)"/>.</param>
    /// <returns>The tokenizer, whose limit is what <c>config.json</c> says that the model takes, or less.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, or of a kind not supported.</exception>
    public static SequenceTokenizer LoadTokenizer(Func<string, Stream?> openFile) => ClassifierLoader.LoadTokenizer(ModelFolder.From(openFile));

    /// <summary>Classifies a text, or a pair of texts.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="cancellationToken">Stops the work, also the run in flight.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">
    /// The input has no text, or is a pair of which neither text leaves room for windows of the other.
    /// </exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Classification Classify(TextInput input, CancellationToken cancellationToken = default)
    {
        using SharedLifetime.Lease lease = rows.Enter();
        cancellationToken.ThrowIfCancellationRequested();
        using RowEncoder encoder = rows.NewEncoder();
        using var row = new TokenRows();
        encoder.Begin(input);
        if (encoder.IsLongerThanARow)
        {
            using RowClassifier.Call call = rows.BeginCall();
            return engine.Classify(encoder, cancellationToken);
        }

        encoder.AppendNext(row);
        return rows.Run(row, cores: null, cancellationToken)[0];
    }

    /// <summary>Classifies texts.</summary>
    /// <param name="texts">The texts, any number, enumerated once. They may be empty.</param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight.</param>
    /// <returns>A result for each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">A text is null.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    [OverloadResolutionPriority(1)]
    public IReadOnlyList<Classification> Classify(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return [.. ClassifyMany(TextInput.FromStrings(texts), deliversBeforeFailure: false, cancellationToken)];
    }

    /// <summary>Classifies texts or pairs of texts.</summary>
    /// <param name="inputs">The texts, any number.</param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight.</param>
    /// <returns>A result for each input, in the order of the inputs.</returns>
    /// <exception cref="ArgumentException">An input has no text.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return [.. ClassifyMany(inputs, deliversBeforeFailure: false, cancellationToken)];
    }

    /// <summary>Classifies a stream of texts, of any length, in bounded memory.</summary>
    /// <param name="inputs">
    /// The texts. They are read a few thousand ahead of the results, by the caller's thread while it waits for a result, and
    /// no faster than results are taken.
    /// </param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight.</param>
    /// <returns>
    /// A result for each text, in the order of the texts. Nothing is read before the first result is asked for; nothing runs
    /// on once the enumeration has ended, however it ends.
    /// </returns>
    /// <exception cref="ArgumentException">An input has no text; the results of the texts before it come first.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>An exception of the enumeration comes through once, after the results of the texts before it.</remarks>
    public IEnumerable<Classification> ClassifyStream(IEnumerable<TextInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return ClassifyMany(inputs, deliversBeforeFailure: true, cancellationToken);
    }

    /// <summary>Classifies a stream of texts, of any length, in bounded memory.</summary>
    /// <param name="inputs">
    /// The texts. They are read a few thousand ahead of the results and no faster than results are taken. Where they arrive
    /// slowly, a text does not wait for those behind it while there are cores to run it.
    /// </param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight; the producer is given a token that this cancels.</param>
    /// <returns>
    /// A result for each text, in the order of the texts. Nothing is read before the first result is asked for; nothing runs
    /// on once the enumeration has ended, however it ends, but for a producer that does not answer to its token.
    /// </returns>
    /// <exception cref="ArgumentException">An input has no text; the results of the texts before it come first.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>An exception of the producer comes through once, after the results of the texts before it.</remarks>
    public IAsyncEnumerable<Classification> ClassifyStreamAsync(
        IAsyncEnumerable<TextInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return ClassifyManyAsync(inputs, cancellationToken);
    }

    /// <summary>Ranks documents by how well they answer a query, with a model that scores pairs of texts by a single label: a cross-encoder.</summary>
    /// <param name="query">The query: the text of every pair.</param>
    /// <param name="documents">The documents, any number: each the pair of the query. They may be empty.</param>
    /// <param name="topK">How many of the best to give, from 1; null for all.</param>
    /// <param name="cancellationToken">Stops the work, also the runs in flight.</param>
    /// <returns>The documents, the one with the highest logit first; of equal ones, the earlier one first. Where windows are pooled, by score.</returns>
    /// <exception cref="InvalidOperationException">The model has several labels.</exception>
    /// <exception cref="ArgumentException">A document is null, or <paramref name="topK"/> is below 1.</exception>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>All pairs are classified as by <see cref="Classify(IReadOnlyList{TextInput}, CancellationToken)"/>, in the same planned batches.</remarks>
    public IReadOnlyList<Ranking> Rank(
        string query, IReadOnlyList<string> documents, int? topK = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        if (topK < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(topK), topK, "At least one document is given back; for all of them, leave it null.");
        }

        if (Labels.Count != 1)
        {
            throw new InvalidOperationException(
                $"The model in '{Model.File}' has {Labels.Count} labels ({string.Join(", ", Labels.Take(5))}{(Labels.Count > 5 ? ", ..." : "")}), and documents are ranked by a single one. Use a cross-encoder, or classify the pairs and choose the label to sort by.");
        }

        IEnumerable<TextInput> pairs = documents.Select((document, index) => document is null
            ? throw new ArgumentException($"Document {index} is null. Give an empty string for a document without content.", nameof(documents))
            : new TextInput(query, document));
        Classification[] results = [.. ClassifyMany(pairs, deliversBeforeFailure: false, cancellationToken)];
        return
        [
            .. RankingOrder(results)
                .Take(topK ?? int.MaxValue)
                .Select(index => new Ranking(index, results[index].Score, documents[index])),
        ];
    }

    /// <summary>The order in which <see cref="Rank"/> gives documents, for results that came another way, such as through a queue.</summary>
    /// <param name="results">The result of each document, of this classifier.</param>
    /// <returns>
    /// The places of the documents in the list, the one with the highest logit first; of equal ones, the earlier one first.
    /// Where windows are pooled, by score before that. A score is no measure: near 1 many are equal.
    /// </returns>
    public IReadOnlyList<int> RankingOrder(IReadOnlyList<Classification> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return
        [
            .. Enumerable.Range(0, results.Count)
                .OrderByDescending(index => rows.Windows ? results[index].Score : 0)
                .ThenByDescending(index => results[index].Logits.Span[0]),
        ];
    }

    /// <summary>Measures what batches cost on this machine, which takes some seconds, and plans by it from then on.</summary>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>What was measured and chosen.</returns>
    /// <exception cref="ModelRunException">The model could not be run.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>
    /// Without it, what the default model was measured to cost at the same precision is assumed. Logits do not depend on it;
    /// only speed does. Best called while the machine has nothing else to do.
    /// </remarks>
    public MeasuredBatchCosts MeasureBatchCosts(CancellationToken cancellationToken = default)
    {
        using SharedLifetime.Lease lease = rows.Enter();
        MeasuredBatchCosts costs = BatchCostProbe.Run(Model, cancellationToken);
        rows.Planner = new BatchPlanner(costs.Cost, costs.TokensPerBatch, Model.Shape);
        return costs;
    }

    /// <summary>What the logits depend on besides the text, in one short value: to tell whether results of two runs, or of two machines, belong together.</summary>
    /// <param name="cancellationToken">Stops the reading of the files.</param>
    /// <returns>
    /// The identity of what was loaded, not of what the files are by now. It is computed once: when first asked for, or by
    /// the load with <see cref="SequenceClassifierOptions.ComputeIdentity"/>.
    /// </returns>
    /// <exception cref="ModelLoadException">A file has changed since it was loaded, or cannot be read any more.</exception>
    /// <exception cref="InvalidOperationException">
    /// The classifier was loaded from streams without <see cref="SequenceClassifierOptions.ComputeIdentity"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>It can be asked for after the classifier was disposed as well.</remarks>
    public ModelIdentity GetIdentity(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref identity) is { } known)
        {
            return known;
        }

        return loaded.CanHash
            ? Interlocked.CompareExchange(ref identity, ModelIdentity.Of(loaded, settings, cancellationToken), comparand: null) ?? identity
            : throw new InvalidOperationException(
                $"The classifier was loaded from streams, which cannot be read again. Load it with {nameof(SequenceClassifierOptions.ComputeIdentity)}.");
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Classify(input, cancellationToken), cancellationToken).WaitAsync(cancellationToken));

    /// <summary>Frees the model, once no call needs it any more.</summary>
    public void Dispose() => rows.Dispose();

    private IEnumerable<Classification> ClassifyMany(IEnumerable<TextInput> inputs, bool deliversBeforeFailure, CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = rows.Enter();
        using RowClassifier.Call call = rows.BeginCall();
        foreach (Classification result in engine.Classify(inputs, deliversBeforeFailure, cancellationToken))
        {
            yield return result;
        }
    }

    private async IAsyncEnumerable<Classification> ClassifyManyAsync(
        IAsyncEnumerable<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = rows.Enter();
        using RowClassifier.Call call = rows.BeginCall();
        await foreach (Classification result in engine.ClassifyAsync(inputs, cancellationToken).ConfigureAwait(false))
        {
            yield return result;
        }
    }
}
