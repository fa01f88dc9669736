using System.Numerics.Tensors;
using Batching.Batches;
using Batching.Inference;
using Batching.Folders;
using Microsoft.ML.OnnxRuntime;

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
    private readonly InferenceSession session;
    private readonly GraphSignature signature;
    private readonly SharedLifetime lifetime;
    private readonly string[] outputNames;
    private readonly int? typeVocabularySize;
    private readonly RunMetrics metrics;
    private BatchParts parts;
    private Lazy<Invariance> invariance;

    // Runs that nobody can cancel share these.
    private readonly ModelRun uncancelled = new(CancellationToken.None);

    private SequenceModel(
        InferenceSession session, GraphSignature signature, string file, string? name, IReadOnlySet<string> operators, ModelConfig config)
    {
        this.session = session;
        this.signature = signature;
        outputNames = [signature.OutputName];

        parts = new BatchParts(
            new BatchShape(signature.Rows, signature.Columns, config.AttentionWindow ?? 1), config.EndTokenId, config.PadTokenId ?? 0);

        // Models without token types say 0; what a graph does not take need not be checked either.
        bool takesTypes = signature.InputNames.Contains(GraphSignature.TokenTypeIds, StringComparer.Ordinal);
        typeVocabularySize = takesTypes && config.TypeVocabularySize > 0 ? config.TypeVocabularySize : null;
        File = file;
        Operators = operators;
        invariance = new Lazy<Invariance>(() => InvarianceProbe.MeasureAtLoad(this, reshape: null, mayGiveCompany: false));
        Name = name ?? file;
        metrics = new RunMetrics(Name);
        MaxLength = signature.Columns < config.MaxPositions ? signature.Columns : config.MaxPositions ?? signature.Columns;
        lifetime = new SharedLifetime(typeof(SequenceModel), Free);
    }

    /// <summary>The number of labels: the width of the logits.</summary>
    public int LabelCount { get; private set; }

    /// <summary>The number of ids that the model has embeddings for; ids from 0 up to it are accepted. Null where it cannot be told.</summary>
    public int? VocabularySize { get; private set; }

    /// <summary>
    /// The longest row that the model takes: as many as it has positions for (<c>max_position_embeddings</c>, or where the graph
    /// has fewer, as many as those), or its graph's fixed length; null where neither is known.
    /// </summary>
    public int? MaxLength { get; private set; }

    /// <summary>
    /// Whether a row's logits are the same in every batch on this machine: measured when the model was loaded, or, where
    /// <see cref="SequenceModelOptions.ProbeInvariance"/> is off, when it is first asked for.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model was disposed before it was measured.</exception>
    public Invariance Invariance => invariance.Value;

    // What the session has in use.
    private IDisposable? Leftovers { get; init; }

    /// <summary>What messages call the .onnx file.</summary>
    internal string File { get; }

    /// <summary>The operators of the graph by name.</summary>
    internal IReadOnlySet<string> Operators { get; }

    /// <summary>Whether the graph that runs is not the file's but one made of it, which may round otherwise.</summary>
    internal bool IsRewritten { get; private init; }

    /// <summary>Whether <see cref="Invariance"/> costs nothing to ask for.</summary>
    internal bool IsInvarianceKnown => invariance.IsValueCreated;

    /// <summary>The shapes of batches that the graph takes. Batches of others are cut and filled up to them.</summary>
    internal BatchShape Shape => parts.Shape;

    /// <summary>The end at which the rows of a batch are filled up.</summary>
    internal PaddingSide PaddingSide => parts.Side;

    /// <summary>What fills them up, as far as the model knows.</summary>
    internal int PadTokenId => parts.PadTokenId;

    /// <summary>The token that every row has to hold, because the model reads the state of its last one; null for most models.</summary>
    internal int? EndTokenId => parts.EndTokenId;

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
        setting ??= ModelSetting.None;
        string name = OnnxFile.Select(folder, options.ModelFile, options.Precision);
        string file = folder.PathOf(name);
        byte[] content = folder.Read(name, Array.MaxLength) ?? throw new ModelLoadException(
            $"'{file}' could be opened once, and then there was none. Leave a model's files as they are while it loads; open a new stream at every call.", file);
        OnnxContent graph = OnnxOperators.Read(folder, name, content);
        InferenceSession created = SessionFactory.Create(folder, name, content, options, out bool isRewritten, out IDisposable? leftovers);
        SequenceModel? model = null;
        try
        {
            model = new SequenceModel(created, GraphSignature.Read(created, file), file, options.Name, graph.Operators, config) { IsRewritten = isRewritten, Leftovers = leftovers };
            model.Probe(folder, config);
            model.ProbePositions(folder, config, graph.Tables, setting);
            model.SettleInvariance(options, setting);
            return model;
        }
        catch
        {
            if (model is null)
            {
                created.Dispose();
                leftovers?.Dispose();
            }
            else
            {
                model.Dispose();
            }

            throw;
        }
    }

    /// <summary>Runs the model on a batch and writes the logits, <c>[rows, labels]</c>, to memory of the caller's.</summary>
    internal void Run(TokenBatch batch, Memory<float> logits, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            Run(batch, logits, uncancelled);
            return;
        }

        using var run = new ModelRun(cancellationToken);
        Run(batch, logits, run);
    }

    /// <summary>Runs the model as one of a worker's runs.</summary>
    internal void Run(TokenBatch batch, Memory<float> logits, ModelRun run)
    {
        using SharedLifetime.Lease modelLease = lifetime.Enter();
        using SharedLifetime.Lease batchLease = batch.Lease();
        run.Token.ThrowIfCancellationRequested();
        Check(batch);
        long start = RunMetrics.Start();
        long positions = RunChecked(batch, logits, run);
        metrics.Add(start, batch, positions);
    }

    /// <summary>A row of ids with an end token, where the model reads one.</summary>
    internal int[] WithEndToken(params int[] ids)
    {
        if (EndTokenId is { } end)
        {
            ids[^1] = end;
        }

        return ids;
    }

    /// <summary>Runs the model on a batch that belongs to no text: a measurement, which no meter is to count.</summary>
    internal void RunUnreported(TokenBatch batch, Memory<float> logits, ModelRun run)
    {
        using SharedLifetime.Lease modelLease = lifetime.Enter();
        run.Token.ThrowIfCancellationRequested();
        RunChecked(batch, logits, run);
    }

    private void Free()
    {
        session.Dispose();
        Leftovers?.Dispose();
        uncancelled.Dispose();
    }

    /// <returns>How many positions the graph worked on.</returns>
    private long RunChecked(TokenBatch batch, Memory<float> logits, ModelRun run)
    {
        if (parts.Fit(batch))
        {
            RunGraph(batch, logits, run);
            return (long)batch.Rows * batch.Columns;
        }

        long positions = 0;
        foreach (int[] rows in parts.Split(batch))
        {
            using TokenBatch part = parts.Make(batch, rows);
            var partLogits = new float[part.Rows * LabelCount];
            RunGraph(part, partLogits, run);
            for (int i = 0; i < rows.Length; i++)
            {
                partLogits.AsSpan(i * LabelCount, LabelCount).CopyTo(logits.Span[(rows[i] * LabelCount)..]);
            }

            positions += (long)part.Rows * part.Columns;
        }

        return positions;
    }

    private void RunGraph(TokenBatch batch, Memory<float> logits, ModelRun run)
    {
        try
        {
            using var feed = new BatchFeed(signature, batch);
            using var target = new LogitsTarget(signature, logits, batch.Rows, LabelCount);
            session.Run(run.Options, signature.InputNames, feed.Values, outputNames, [target.Value]);
            target.Complete();
        }
        catch (OnnxRuntimeException exception) when (run.Token.IsCancellationRequested)
        {
            throw new OperationCanceledException("The run was cancelled.", exception, run.Token);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelRunException(
                $"ONNX Runtime could not run '{File}' on a batch of shape [{batch.Rows}, {batch.Columns}]: {SessionFactory.MessageOf(exception)}", exception);
        }
    }

    private void Check(TokenBatch batch)
    {
        if (batch.Columns > MaxLength)
        {
            string limit = MaxLength == Shape.Columns ? $"a fixed length of {MaxLength}" : $"positions for {MaxLength}";
            throw new ArgumentException(
                $"The rows have {batch.Columns} columns, and the model in '{File}' has {limit}. Truncate the texts, or pad less.", nameof(batch));
        }

        CheckRange(batch, batch.InputIdsMemory.Span, VocabularySize, "input id", "the model's vocabulary");
        CheckRange(batch, batch.AttentionMaskMemory.Span, 2, "attention mask", "a mask");
        CheckRange(batch, batch.TokenTypeIdsMemory.Span, typeVocabularySize, "token type id", "the model's token types");
        for (int row = 0; EndTokenId is not null && row < batch.Rows; row++)
        {
            if (parts.EndTokensOf(batch, row) == 0)
            {
                throw new ArgumentException(
                    $"Row {row} has no end token, the id {EndTokenId}, and the model in '{File}' reads the state of the last one. Encode the text with special tokens.",
                    nameof(batch));
            }
        }
    }

    private void CheckRange(TokenBatch batch, ReadOnlySpan<long> values, int? limit, string what, string where)
    {
        int largest = (limit ?? int.MaxValue) - 1;
        if (TensorPrimitives.Min(values) >= 0 && TensorPrimitives.Max(values) <= largest)
        {
            return;
        }

        int index = 0;
        while (values[index] >= 0 && values[index] <= largest)
        {
            index++;
        }

        throw new ArgumentException(
            $"The {what} {values[index]} at [{index / batch.Columns}, {index % batch.Columns}] is not from 0 to {largest}, the range of {where}. Encode the text with the tokenizer that belongs to '{File}'.",
            nameof(batch));
    }

    // Finds out whether logits depend on the batch. Where they do only if a row is alone, none is from then on; where padding is
    // what they depend on, no row is padded.
    private void SettleInvariance(SequenceModelOptions options, ModelSetting setting)
    {
        if (setting.SameAs is { } other)
        {
            parts = other.parts;
            return;
        }

        bool probes = options.ProbeInvariance || options.RequireExact;
        PaddingSide side = setting.PaddingSide();

        // On the left, only what was measured is trusted.
        bool equalLengths = side == PaddingSide.Left && !probes && Shape.Columns is null;
        parts = parts with { Side = side, Shape = Shape with { LeastRows = setting.LeastRows ?? 1, EqualLengths = equalLengths } };
        if (side == PaddingSide.Left && Shape.Columns is { } length && InvarianceProbe.ReadsPadding(this))
        {
            throw new ModelLoadException(
                $"The tokenizer of '{File}' pads on the left, the graph has a fixed length of {length}, and its logits depend on what is in the padding, so that no text that is shorter gets what it gets alone. Export it again with an axis of any size, or correct 'padding_side' in {TokenizerFiles.Configuration}.",
                File);
        }

        if (!probes)
        {
            return;
        }

        Invariance found = InvarianceProbe.MeasureAtLoad(this, Reshape, mayGiveCompany: setting.LeastRows is null);
        if (options.RequireExact && !found.IsExact)
        {
            throw new ModelLoadException(
                $"'{File}' was loaded with {nameof(SequenceModelOptions.RequireExact)}, and what a text gets depends on the batch it is in. {found} Use a model in fp32 or with static int8 quantization, let a classifier run texts one by one ({nameof(SequenceClassifierOptions)}.{nameof(SequenceClassifierOptions.OneByOne)}), or leave the option out.",
                File);
        }

        invariance = new Lazy<Invariance>(found);
    }

    private void Reshape(BatchShape shape) => parts = parts with { Shape = shape };

    // Finds out by running it what the graph does not say: how wide the logits are and how many ids have embeddings.
    private void Probe(ModelFolder folder, ModelConfig config)
    {
        (int Rows, int Columns) first = (Shape.RowsOf(1), Shape.ColumnsOf(1));
        (int Rows, int Columns) second = (Shape.RowsOf(2), Shape.ColumnsOf(Math.Min(3, MaxLength ?? 3)));
        LabelCount = MeasureLabelCount(first.Rows, first.Columns, labels: null);
        if (second != first)
        {
            MeasureLabelCount(second.Rows, second.Columns, LabelCount);
        }

        // An execution provider that does not check ids, as on a GPU, cannot be asked.
        if (Accepts(int.MaxValue))
        {
            VocabularySize = config.VocabularySize;
            return;
        }

        if (config.VocabularySize is { } size && size > 0 && Accepts(size - 1) && !Accepts(size))
        {
            VocabularySize = size;
            return;
        }

        VocabularySize = MeasureVocabularySize();
        if (config.VocabularySize is not null)
        {
            string file = folder.PathOf(ModelConfig.FileName);
            throw new ModelLoadException(
                $"'{file}' says that vocab_size is {config.VocabularySize}, but '{File}' has embeddings for {VocabularySize} ids. Use the {ModelConfig.FileName} and the .onnx file of one model.",
                file);
        }
    }

    // The smallest id that is not accepted; 0 is, int.MaxValue is not.
    private int MeasureVocabularySize()
    {
        int accepted = 0;
        int refused = int.MaxValue;
        while (refused - accepted > 1)
        {
            int middle = accepted + ((refused - accepted) / 2);
            (accepted, refused) = Accepts(middle) ? (middle, refused) : (accepted, middle);
        }

        return refused;
    }

    // Finds out by running it how many positions the graph has, where a table in it may have too few for the longest row.
    private void ProbePositions(ModelFolder folder, ModelConfig config, IReadOnlyList<IReadOnlyList<long>> tables, ModelSetting setting)
    {
        if (setting.SameAs is { } other)
        {
            MaxLength = other.MaxLength;
            return;
        }

        if (Shape.Columns is not null
            || PositionTables.Suspect(tables, config, VocabularySize) is not { } suspicion
            || TakesLength(suspicion.LengthToTry))
        {
            return;
        }

        // What is refused is refused at the first nodes of the graph; what is taken takes its time.
        int taken = 1;
        int refused = suspicion.LengthToTry;
        foreach (int guess in suspicion.Guesses.Where(guess => taken < guess && guess < refused))
        {
            if (!TakesLength(guess))
            {
                refused = guess;
            }
            else
            {
                taken = guess;
                refused = guess + 1 < refused && !TakesLength(guess + 1) ? guess + 1 : refused;
            }
        }

        while (refused - taken > 1)
        {
            int middle = taken + ((refused - taken) / 2);
            (taken, refused) = TakesLength(middle) ? (middle, refused) : (taken, middle);
        }

        if (MaxLength is { } claimed && !(setting.MaxLength <= taken))
        {
            string file = folder.PathOf(ModelConfig.FileName);
            throw new ModelLoadException(
                $"'{file}' says that a row has positions for {claimed} tokens, but '{File}' has them for {taken} only. Use the {ModelConfig.FileName} and the .onnx file of one model, or set {nameof(SequenceClassifierOptions.MaxLength)} to at most {taken}.",
                file);
        }

        MaxLength = taken;
    }

    // A row of padding would have no positions in a model that counts them from the ids.
    private bool TakesLength(int length)
    {
        int[] ids = new int[length];
        Array.Fill(ids, PadTokenId == 0 && VocabularySize is not 1 ? 1 : 0);
        return Takes(WithEndToken(ids));
    }

    private bool Accepts(int id) => Takes(EndTokenId is { } end ? [id, end] : [id]);

    private bool Takes(int[] row)
    {
        using var batch = TokenBatch.Pad([row], padTokenId: 0);
        try
        {
            RunChecked(batch, new float[LabelCount], uncancelled);
            return true;
        }
        catch (ModelRunException)
        {
            return false;
        }
    }

    // Rows and columns of several sizes tell an axis of labels from one of rows or of tokens.
    private int MeasureLabelCount(int rows, int columns, int? labels)
    {
        using var batch = TokenBatch.Pad([.. Enumerable.Repeat(WithEndToken(new int[columns]), rows)], padTokenId: 0);
        using var feed = new BatchFeed(signature, batch);
        long[] shape;
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(uncancelled.Options, signature.InputNames, feed.Values, outputNames);
            shape = outputs[0].GetTensorTypeAndShape().Shape;
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(
                $"'{File}' cannot be run on a batch of shape [{rows}, {columns}]: {SessionFactory.MessageOf(exception)} Export the model again, with dynamic batch and sequence axes.",
                File,
                exception);
        }

        return shape is [var first, > 0 and <= int.MaxValue and var last] && first == rows && (labels is null || last == labels)
            ? (int)last
            : throw new ModelLoadException(
                $"'{File}' is no sequence classifier that can be used: for a batch of shape [{rows}, {columns}] it gives '{signature.OutputName}' of shape [{string.Join(", ", shape)}]; [{rows}, {(labels is null ? "labels" : $"{labels}")}] was expected. {GraphSignature.Advice}",
                File);
    }
}
