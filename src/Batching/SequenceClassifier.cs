using System.Runtime.CompilerServices;
using Batching.Batches;
using Batching.Inference;
using Batching.Folders;
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
    private readonly SharedLifetime lifetime;
    private readonly ResultMaker results;
    private readonly ClassificationEngine engine;
    private readonly RowRunner runner;
    private readonly LatencyModel? latencyModel;
    private readonly PaddingOptions padding;
    private readonly LoadedFiles loaded;
    private readonly IReadOnlyDictionary<string, string> settings;
    private ModelIdentity? identity;
    private int callsUnderWay;

    private SequenceClassifier(
        SequenceTokenizer tokenizer,
        SequenceModel model,
        LatencyModel? latencyModel,
        IReadOnlyList<string> labels,
        ScoreFunction scoreFunction,
        SequenceClassifierOptions options,
        LoadedFiles loaded)
    {
        this.loaded = loaded;
        Tokenizer = tokenizer;
        Model = model;
        Labels = labels;
        this.latencyModel = latencyModel;
        Parallelism = options.Parallelism;
        padding = model.Shape.Columns is { } columns
            ? new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = columns, Side = model.PaddingSide }
            : options.Padding with { Side = model.PaddingSide };
        LongText = options.LongText;
        Windowing = LongText == LongText.Windows ? new EncodingOptions { Stride = options.Stride } : null;
        results = new ResultMaker(labels, scoreFunction, options.WindowPooling, model.File);
        runner = new RowRunner(model, tokenizer.PadTokenId, padding, options.OneByOne);
        engine = new ClassificationEngine(
            tokenizer,
            Windowing,
            runner,
            results,
            options.Parallelism,
            new BatchPlanner(BatchCost.Of(options.Precision ?? ModelPrecision.Float32), BatchPlanner.DefaultTokensPerBatch, model.Shape));
        settings = SettingsOf(scoreFunction, options);
        identity = options.ComputeIdentity ? ModelIdentity.Of(loaded, settings, CancellationToken.None) : null;
        lifetime = new SharedLifetime(typeof(SequenceClassifier), Free);
    }

    /// <summary>Makes ids of texts. Its limit is the classifier's.</summary>
    public SequenceTokenizer Tokenizer { get; }

    /// <summary>Makes logits of ids. It belongs to the classifier, which disposes of it.</summary>
    public SequenceModel Model { get; }

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

    /// <summary>How many batches are to run side by side.</summary>
    internal int Parallelism { get; }

    /// <summary>How long texts are windowed; null where they are truncated.</summary>
    internal EncodingOptions? Windowing { get; }

    /// <summary>Whether texts are known to have the same logits in every batch; false also where it was not measured.</summary>
    internal bool IsKnownToBeExact => runner.IsExactKnown && runner.IsExact;

    /// <summary>Decides which rows go together.</summary>
    internal BatchPlanner Planner => engine.Planner;

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
        Load(ModelFolder.At(folder), options ?? new SequenceClassifierOptions());

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
        Load(ModelFolder.From(openFile, options?.ComputeIdentity == true), options ?? new SequenceClassifierOptions());

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
    public static SequenceTokenizer LoadTokenizer(string folder) => LoadTokenizer(ModelFolder.At(folder));

    /// <summary>Loads a classifier's tokenizer alone from streams.</summary>
    /// <param name="openFile">As for <see cref="Load(Func{string, Stream?}, SequenceClassifierOptions?)"/>.</param>
    /// <returns>The tokenizer, whose limit is what <c>config.json</c> says that the model takes, or less.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, or of a kind not supported.</exception>
    public static SequenceTokenizer LoadTokenizer(Func<string, Stream?> openFile) => LoadTokenizer(ModelFolder.From(openFile));

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
        using SharedLifetime.Lease lease = lifetime.Enter();
        cancellationToken.ThrowIfCancellationRequested();
        using var rows = new TokenRows();
        Tokenizer.Encode(input, rows);
        if (Windowing is not null && rows.IsTruncated(0))
        {
            return ClassifyMany([input], deliversBeforeFailure: false, cancellationToken).Single();
        }

        return Run(rows, cores: null, cancellationToken)[0];
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
        return
        [
            .. ClassifyMany(pairs, deliversBeforeFailure: false, cancellationToken)
                .Select((result, index) => (Result: result, Index: index))
                .OrderByDescending(entry => Windowing is null ? 0 : entry.Result.Score)
                .ThenByDescending(entry => entry.Result.Logits.Span[0])
                .Take(topK ?? int.MaxValue)
                .Select(entry => new Ranking(entry.Index, entry.Result.Score, documents[entry.Index])),
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
    public Calibration Calibrate(CancellationToken cancellationToken = default)
    {
        using SharedLifetime.Lease lease = lifetime.Enter();
        Calibration calibration = CostMeasurement.Run(Model, cancellationToken);
        engine.Planner = new BatchPlanner(calibration.Cost, calibration.TokensPerBatch, Model.Shape);
        return calibration;
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
    public void Dispose() => lifetime.Dispose();

    /// <summary>Which cores are best for a batch of so many tokens that is alone.</summary>
    internal CoreUse CoresFor(int tokens) =>
        latencyModel is not null && latencyModel.IsFasterOnAllCores(tokens) ? CoreUse.All : CoreUse.AloneOnOne;

    /// <summary>Runs rows as one batch, unless texts are run one by one.</summary>
    /// <param name="rows">The rows, at least one.</param>
    /// <param name="cores">Which cores they are to have; null for those that are best if no other call is under way.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>A result for each row.</returns>
    internal Classification[] Run(TokenRows rows, CoreUse? cores, CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = lifetime.Enter();
        using var call = new CallCount(this);
        var logits = new float[rows.Count * Labels.Count];
        if (runner.OneByOne && rows.Count > 1)
        {
            using var run = new ModelRun(cancellationToken);
            runner.Run(rows, [.. Enumerable.Range(0, rows.Count)], logits, run);
            return results.Make(rows, logits, first: 0);
        }

        using TokenBatch batch = TokenBatch.Pad(rows, Tokenizer.PadTokenId, padding);
        if (cores != CoreUse.Shared && call.IsAlone && latencyModel is not null)
        {
            bool onAllCores = (cores ?? CoresFor(rows.TokenCount)) == CoreUse.All;
            latencyModel.Run(batch, rows.TokenCount, onAllCores, logits, cancellationToken);
        }
        else
        {
            Model.Run(batch, logits, cancellationToken);
        }

        return results.Make(rows, logits, first: 0);
    }

    /// <summary>The result of a text from those of its windows.</summary>
    internal Classification Pool(Classification[] windows) => results.Pool(windows);

    private static SequenceClassifier Load(ModelFolder folder, SequenceClassifierOptions options)
    {
        if (options.Parallelism < 1)
        {
            throw new ArgumentException($"{nameof(options.Parallelism)} is {options.Parallelism}; it has to be at least 1.", nameof(options));
        }

        if (options.Padding is null)
        {
            throw new ArgumentException($"{nameof(options.Padding)} is null. Use {nameof(PaddingOptions)}.{nameof(PaddingOptions.Default)}.", nameof(options));
        }

        if (options.Padding.Side is { } side && !Enum.IsDefined(side))
        {
            throw new ArgumentException(
                $"{nameof(options.Padding)}.{nameof(PaddingOptions.Side)} is {side}, which is none of {string.Join(", ", Enum.GetNames<PaddingSide>())}.", nameof(options));
        }

        if (options.ScoreFunction is { } function && !Enum.IsDefined(function))
        {
            throw new ArgumentException($"{nameof(options.ScoreFunction)} is {function}, which is none of {string.Join(", ", Enum.GetNames<ScoreFunction>())}.", nameof(options));
        }

        ModelConfig config = ModelConfig.Read(folder);
        SequenceModelOptions modelOptions = options with { RequireExact = options.RequireExact && !options.OneByOne };
        SequenceModelOptions allCores = modelOptions with { ThreadsPerRun = Environment.ProcessorCount, AllowSpinning = true };

        Lazy<SequenceTokenizer> tokenizerLoad = LoadTokenizer(folder, config, options);
        var setting = new ModelSetting
        {
            MaxLength = options.MaxLength,
            PaddingSide = () => options.Padding.Side ?? tokenizerLoad.Value.PaddingSide,
            LeastRows = options.OneByOne ? 1 : null,
        };
        SequenceModel model = LoadModel(
            folder, config, options.OptimizeFor == OptimizationGoal.Latency ? allCores : modelOptions, setting, tokenizerLoad);
        try
        {
            SequenceTokenizer tokenizer = Limited(tokenizerLoad.Value, model, options);
            CheckVocabulary(tokenizer, model, options);
            CheckWindows(tokenizer, options);
            LatencyModel? forLoneTexts = options.OptimizeFor == OptimizationGoal.Automatic && Environment.ProcessorCount > options.ThreadsPerRun
                ? new LatencyModel(() => LoadAgain(folder, config, allCores with { ProbeInvariance = false, RequireExact = false }, setting with { SameAs = model }), model)
                : null;
            return new SequenceClassifier(
                tokenizer,
                model,
                forLoneTexts,
                LabelsOf(folder, config, model),
                options.ScoreFunction ?? Scores.FunctionOf(config.ProblemType, model.LabelCount),
                options,
                folder.Loaded);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // It takes about as long as the model does, and is loaded beside it; where the pool has no thread for that, by who needs it.
    private static Lazy<SequenceTokenizer> LoadTokenizer(ModelFolder folder, ModelConfig config, SequenceClassifierOptions options)
    {
        var load = new Lazy<SequenceTokenizer>(() => ModelTokenizer.Load(folder, config, options.MaxLength, options.TruncationSide));
        if (folder.Directory is null)
        {
            // Streams may be of one archive, which cannot be read twice at a time.
            _ = load.Value;
            return load;
        }

        _ = Task.Run(() =>
        {
            try
            {
                _ = load.Value;
            }
            catch (Exception)
            {
                // Who needs it is told.
            }
        });
        return load;
    }

    private static SequenceTokenizer LoadTokenizer(ModelFolder folder) =>
        ModelTokenizer.Load(folder, ModelConfig.Read(folder), maxLength: null, side: null);

    // What is wrong with the tokenizer is told first, whichever failed first.
    private static SequenceModel LoadModel(
        ModelFolder folder, ModelConfig config, SequenceModelOptions options, ModelSetting setting, Lazy<SequenceTokenizer> tokenizerLoad)
    {
        try
        {
            return SequenceModel.Load(folder, config, options, setting);
        }
        catch
        {
            _ = tokenizerLoad.Value;
            throw;
        }
    }

    // Some time after the first load: what lies there by now may be another model.
    private static SequenceModel LoadAgain(ModelFolder folder, ModelConfig config, SequenceModelOptions options, ModelSetting setting)
    {
        SequenceModel second = SequenceModel.Load(folder, config, options, setting);
        if (folder.Loaded.ReadStamp() == folder.Loaded.Stamp())
        {
            return second;
        }

        second.Dispose();
        throw new ModelLoadException($"The files in {folder.Name} have changed since the model was loaded from them.", folder.Directory);
    }

    // A graph may take less than the files beside it say, which shows only when it is loaded.
    private static SequenceTokenizer Limited(SequenceTokenizer tokenizer, SequenceModel model, SequenceClassifierOptions options)
    {
        if (model.MaxLength is not { } longest || tokenizer.MaxLength <= longest)
        {
            return tokenizer;
        }

        bool isFixed = longest == model.Shape.Columns;
        if (tokenizer.CountSpecialTokens() is var least && longest < least)
        {
            string has = isFixed ? $"a fixed length of {longest}" : $"positions for {longest} tokens";
            throw new ModelLoadException(
                $"The graph in '{model.File}' has {has}, which leaves no room for the {least} special tokens of a row. Export it with {(isFixed ? "a longer one, or with an axis of any size" : "more")}.",
                model.File);
        }

        if (options.MaxLength > longest)
        {
            throw new ArgumentException(
                $"{nameof(options.MaxLength)} is {options.MaxLength}; it has to be at least {least}, the number of special tokens, and at most {longest}, {(isFixed ? "the fixed length" : "the number of positions")} of the graph in '{model.File}'.",
                nameof(options));
        }

        return tokenizer.WithMaxLength(longest);
    }

    private static void CheckWindows(SequenceTokenizer tokenizer, SequenceClassifierOptions options)
    {
        if (!Enum.IsDefined(options.LongText) || !Enum.IsDefined(options.WindowPooling))
        {
            throw new ArgumentException(
                $"{nameof(options.LongText)} is {options.LongText} and {nameof(options.WindowPooling)} is {options.WindowPooling}; one of them does not exist.", nameof(options));
        }

        if (options.LongText == LongText.Truncate)
        {
            return;
        }

        if (tokenizer.MaxLength is not { } limit)
        {
            throw new ArgumentException(
                $"{nameof(LongText)}.{nameof(LongText.Windows)} needs a limit, and neither the model nor its tokenizer has one. Set {nameof(options.MaxLength)}.", nameof(options));
        }

        int width = limit - tokenizer.CountSpecialTokens();
        if (options.Stride < 0 || options.Stride >= width)
        {
            throw new ArgumentException(
                width < 1
                    ? $"{nameof(options.MaxLength)} is {limit}, and a window of so many tokens holds special tokens only. Raise it."
                    : $"{nameof(options.Stride)} is {options.Stride}; it has to be from 0 to {width - 1}: a window of {limit} tokens holds {width} of the text and has to advance.",
                nameof(options));
        }
    }

    private static void CheckVocabulary(SequenceTokenizer tokenizer, SequenceModel model, SequenceClassifierOptions options)
    {
        if (tokenizer.IdLimit > model.VocabularySize)
        {
            throw new ModelLoadException(
                $"The vocabulary in '{tokenizer.File}' has ids up to {tokenizer.IdLimit - 1}, but the model in '{model.File}' has embeddings for {model.VocabularySize} ids only. Use the tokenizer and the model of one checkpoint.",
                tokenizer.File);
        }

        if (tokenizer.IdLimit < model.VocabularySize && !options.AllowUnusedEmbeddings)
        {
            throw new ModelLoadException(
                $"The vocabulary in '{tokenizer.File}' has ids up to {tokenizer.IdLimit - 1}, but the model in '{model.File}' has embeddings for {model.VocabularySize} ids. Use the tokenizer and the model of one checkpoint; if its embeddings were padded on purpose, set {nameof(SequenceClassifierOptions.AllowUnusedEmbeddings)}.",
                tokenizer.File);
        }
    }

    private static IReadOnlyList<string> LabelsOf(ModelFolder folder, ModelConfig config, SequenceModel model)
    {
        if (config.Labels is { } labels && labels.Count != model.LabelCount)
        {
            string file = folder.PathOf(ModelConfig.FileName);
            throw new ModelLoadException(
                $"'{file}' names {labels.Count} labels ({string.Join(", ", labels.Take(5))}{(labels.Count > 5 ? ", ..." : "")}), but the model in '{model.File}' gives {model.LabelCount} logits. Use the {ModelConfig.FileName} and the .onnx file of one model.",
                file);
        }

        return config.Labels ?? [.. Enumerable.Range(0, model.LabelCount).Select(index => $"LABEL_{index}")];
    }

    // As they came out, so that a default and the same value set by hand are one.
    private Dictionary<string, string> SettingsOf(ScoreFunction scoreFunction, SequenceClassifierOptions options)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["graph"] = Model.IsRewritten ? "rewritten" : "as it is",
            ["rows of a batch"] = $"at least {Model.Shape.LeastRows}",
            [nameof(options.MaxLength)] = $"{Tokenizer.MaxLength}",
            [nameof(options.TruncationSide)] = $"{Tokenizer.TruncationSide}",
            [nameof(options.LongText)] = $"{LongText}",
            [nameof(options.ScoreFunction)] = $"{scoreFunction}",
            [nameof(options.OneByOne)] = $"{options.OneByOne}",
            [nameof(options.ThreadsPerRun)] = $"{(options.OptimizeFor == OptimizationGoal.Latency ? Environment.ProcessorCount : options.ThreadsPerRun)}",
            [nameof(options.ConfigureSession)] = options.ConfigureSession is null ? "not set" : "set",
        };
        if (LongText == LongText.Windows)
        {
            values[nameof(options.Stride)] = $"{options.Stride}";
            values[nameof(options.WindowPooling)] = $"{options.WindowPooling}";
        }

        // One by one as well, where the length it is padded to may change a row.
        if (!Model.IsInvarianceKnown || !Model.Invariance.IsExact)
        {
            values[nameof(options.Padding)] = $"{padding}";
        }

        return values;
    }

    private IEnumerable<Classification> ClassifyMany(IEnumerable<TextInput> inputs, bool deliversBeforeFailure, CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = lifetime.Enter();
        using var call = new CallCount(this);
        foreach (Classification result in engine.Classify(inputs, deliversBeforeFailure, cancellationToken))
        {
            yield return result;
        }
    }

    private async IAsyncEnumerable<Classification> ClassifyManyAsync(
        IAsyncEnumerable<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using SharedLifetime.Lease lease = lifetime.Enter();
        using var call = new CallCount(this);
        await foreach (Classification result in engine.ClassifyAsync(inputs, cancellationToken).ConfigureAwait(false))
        {
            yield return result;
        }
    }

    private void Free()
    {
        latencyModel?.Dispose();
        Model.Dispose();
    }

    /// <summary>Counts a call that is under way, so that a text knows whether it is alone.</summary>
    private readonly struct CallCount : IDisposable
    {
        private readonly SequenceClassifier classifier;

        public CallCount(SequenceClassifier classifier)
        {
            this.classifier = classifier;
            IsAlone = Interlocked.Increment(ref classifier.callsUnderWay) == 1;
        }

        public bool IsAlone { get; }

        public void Dispose() => Interlocked.Decrement(ref classifier.callsUnderWay);
    }
}
